/// The times of the Register's protocol.
package struct RegisterTiming: Sendable {
    /// Short at first: a Register that starts with its gateway listens a moment later.
    package var pauses = RetryPauses(first: .milliseconds(100), longest: .seconds(5))
    /// How often a sign of life is sent, except to 127.0.0.1.
    package var ping: Duration = .seconds(25)
    /// A Register never answers a gateway: one that has not closed the connection by then took it.
    package var acceptance: Duration = .seconds(1)

    package init() {}
}
