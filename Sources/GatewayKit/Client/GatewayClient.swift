/// Pushes to sockets and asks about them, wherever the gateways run.
///
/// ```swift
/// try await client.send("hello", to: .uid("7"))
/// guard try await client.bind(uid: "7", to: clientID) else { return }  // the socket is gone
/// ```
///
/// `LocalGatewayClient` is a gateway's own, in its process; `RemoteGatewayClient` reaches all gateways that Register
/// lists. Both keep the order of calls of one caller; between callers there is none.
///
/// A uid is any string but `""` and `"0"`, which the inner protocol takes for none: those throw `invalidArgument`.
public protocol GatewayClient: Sendable {
    /// Sends a message.
    ///
    /// - Parameters:
    ///   - message: A text or binary message; it is framed once, however many receive it.
    ///   - target: Who receives it. A uid nobody is bound to, or a client that is gone, is no error.
    /// - Returns: How many gateways took it.
    /// - Throws: `invalidArgument`, `unknownGateway`, `stopped`, or `unreachable` when not one gateway was reached.
    @discardableResult
    func send(_ message: Message, to target: Target) async throws(GatewayError) -> Delivery

    /// Waits until every gateway has obeyed all that was sent through this client before the call.
    ///
    /// A send returns when its bytes are on their way; this returns when they have arrived. It says nothing about what
    /// the sockets' other ends have read.
    ///
    /// - Throws: `unreachable` or `timedOut` when a gateway did not confirm, so that sends may have been lost; `stopped`.
    func confirm() async throws(GatewayError)

    /// Ties a socket to a uid; a binding it had before ends.
    ///
    /// A uid may have any number of sockets.
    ///
    /// - Returns: Whether the socket was there; false means it has gone.
    func bind(uid: String, to client: ClientID) async throws(GatewayError) -> Bool

    /// Ends the binding of a socket, whatever uid it was bound to; without one nothing happens.
    func unbind(_ client: ClientID) async throws(GatewayError)

    /// Whether a socket is open.
    func isOnline(_ client: ClientID) async throws(GatewayError) -> Bool

    /// The sockets of several uids: a list for each, in the order of the question.
    ///
    /// Each list is in order of binding, and empty for a uid without sockets; between gateways there is no order.
    func clients(ofUids uids: [String]) async throws(GatewayError) -> [[ClientID]]

    /// The uid a socket is bound to; nil if it is bound to none or gone.
    func uid(of client: ClientID) async throws(GatewayError) -> String?
}

extension GatewayClient {
    /// Sends a text message.
    @discardableResult
    public func send(_ text: String, to target: Target) async throws(GatewayError) -> Delivery {
        try await send(.text(text), to: target)
    }

    /// The sockets of a uid, in order of binding.
    public func clients(ofUid uid: String) async throws(GatewayError) -> [ClientID] {
        try await clients(ofUids: [uid])[0]
    }

    /// Whether a uid has a socket.
    public func isOnline(uid: String) async throws(GatewayError) -> Bool {
        try await !clients(ofUid: uid).isEmpty
    }
}
