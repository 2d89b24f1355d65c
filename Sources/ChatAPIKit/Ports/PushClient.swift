/// What the chat needs of a gateway; a host fills it with a client of one.
public protocol PushClient: Sendable {
    /// Sends a text frame to every socket of a user.
    ///
    /// `text` is JSON by the names of the wire. Best effort: the reply log is the truth, so a failure is counted and
    /// reported and changes nothing else.
    func push(_ text: String, toUid uid: String) async throws

    /// Ties a socket to a user.
    ///
    /// Throws `PushUnavailable` when no gateway could be asked, or the id names one that is not known (yet).
    func bind(clientID: String, uid: String) async throws -> BindResult

    /// Unties a socket from a user; false when it is not bound to this user.
    ///
    /// Throws `PushUnavailable` when no gateway could be asked.
    func unbind(clientID: String, uid: String) async throws -> Bool
}

/// What became of a bind.
public enum BindResult: Sendable, Hashable {
    /// The socket is tied to the user, and pushes reach it from now on.
    case bound
    /// No such socket is open.
    case clientGone
}

/// No gateway could be asked; try again with the same socket.
public struct PushUnavailable: Error, Sendable, CustomStringConvertible {
    /// What was found, for the log.
    public var cause: String

    /// Makes an error.
    public init(cause: String) { self.cause = cause }

    /// For logs.
    public var description: String { "gateway unavailable: \(cause)" }
}
