package import PlatformCore

/// What an HTTP server's operator may want to know.
package enum HTTPServerEvent: Sendable {
    /// It listens at these addresses, with their real ports.
    case listening([String])
    /// Accepting had to rest: usually too few descriptors.
    case acceptTrouble(SystemError)
    /// A process of another user connected to a Unix socket, and was closed; which one, where the system tells it.
    case strangerTurnedAway(user: UInt32?)
    /// A request was answered by the server itself, and its connection closed.
    case refused(RequestViolation, peer: String)
    /// The configured number of connections is reached; one more got 503.
    case full(peer: String)
    /// A response would have broken its head apart, or had no final status: 500 was sent instead.
    case invalidResponse(path: String)
    /// A streamed response ended in an error, and its connection closed.
    case streamFailed(path: String)
    /// Cancelled: accepts no more and finishes what is under way.
    case draining(connections: Int)
    /// The drain's deadline passed with this many connections left, which are closed.
    case drainTimedOut(connections: Int)

    /// The event as a line for a log.
    package var line: LogLine {
        switch self {
        case .listening(let addresses):
            LogLine(.info, "http", "listens", ["addresses": addresses.joined(separator: ", ")])
        case .strangerTurnedAway(let user):
            LogLine(.warning, "http", "turns another user away", ["user": user.map { "\($0)" } ?? "unknown"])
        case .acceptTrouble(let error):
            LogLine(.error, "http", "accepts nobody for a moment", ["cause": error.description])
        case .refused(let violation, let peer):
            LogLine(
                .info,
                "http",
                "refused a request",
                ["status": "\(violation.status)", "reason": violation.reason, "peer": peer]
            )
        case .full(let peer):
            LogLine(.warning, "http", "refused a connection: there are too many", ["peer": peer])
        case .invalidResponse(let path):
            LogLine(.error, "http", "a response had an invalid status or header field", ["path": path])
        case .streamFailed(let path):
            LogLine(.warning, "http", "a streamed response broke off", ["path": path])
        case .draining(let connections):
            LogLine(.info, "http", "drains", ["connections": "\(connections)"])
        case .drainTimedOut(let connections):
            LogLine(.warning, "http", "closed what did not finish in time", ["connections": "\(connections)"])
        }
    }
}
