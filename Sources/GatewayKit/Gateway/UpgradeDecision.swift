/// What a handler says to a request for a socket, before there is one.
///
/// ```swift
/// func upgrade(_ request: UpgradeRequest) -> UpgradeDecision {
///     guard let token = request.cookie("session") else { return .refuse(status: 401, reason: "sign in first") }
///     return .later { await sessions.isValid(token) ? .accept() : .refuse(status: 403) }
/// }
/// ```
///
/// Header fields that would break the answer apart, fields that belong to the handshake itself, statuses that are no
/// refusal, and a subprotocol that the client did not offer are not sent: the client gets a 500, and the event
/// `handshakeRefused` says what was wrong.
public enum UpgradeDecision: Sendable {
    /// The socket opens.
    ///
    /// - Parameters:
    ///   - subprotocol: One of those that the client offered; nil: the first of them that the configuration lists, if any.
    ///   - headers: Header fields of the answer beside those of the handshake, `Set-Cookie` for example.
    case accept(subprotocol: String? = nil, headers: [(name: String, value: String)] = [])
    /// The client gets an HTTP answer instead, and the connection closes.
    ///
    /// Browsers tell a page nothing of it but that the socket did not open.
    ///
    /// - Parameters:
    ///   - status: 300 to 599.
    ///   - reason: The body, as plain text unless `headers` say otherwise.
    ///   - headers: Header fields, `Location` or `WWW-Authenticate` for example.
    case refuse(status: Int, reason: String = "", headers: [(name: String, value: String)] = [])
    /// The closure says it later; it runs as a task of its own, not on the loop, so it may wait for whatever it likes.
    ///
    /// What the client sends meanwhile waits. `handshakeTimeout` goes on: when it passes, or the client goes away,
    /// the task is cancelled and what it says is passed over.
    case later(@Sendable () async -> UpgradeDecision)
}
