/// How long a remote client waits for a gateway, and how much may wait for it.
package struct RemoteLimits: Sendable {
    /// How long an order may wait until its bytes are with the kernel.
    package var patience: Duration = .seconds(2)
    /// How long a gateway may take to answer; PHP's client waits as long.
    package var answer: Duration = .seconds(5)
    /// How many connections to a gateway carry questions only.
    package var questionLines = 3
    /// How many bytes may wait for a gateway.
    package var backlog = 8 << 20
    /// When a lost gateway is dialled again.
    package var pauses = RetryPauses(first: .milliseconds(100), longest: .seconds(2))

    package init() {}
}
