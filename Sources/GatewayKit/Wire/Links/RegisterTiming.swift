/// The times of the Register's protocol.
package struct RegisterTiming: Sendable {
    /// GatewayWorker's peers dial again after 1 s.
    package var pauses = RetryPauses(first: .seconds(1), longest: .seconds(5))
    /// How often a sign of life is sent, except to 127.0.0.1.
    package var ping: Duration = .seconds(25)
    /// A Register never answers a gateway: one that has not closed the connection by then took it.
    package var acceptance: Duration = .seconds(1)

    package init() {}
}
