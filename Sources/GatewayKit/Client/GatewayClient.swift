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
/// A uid or group is any string but `""` and `"0"`, which the inner protocol takes for none: those throw
/// `invalidArgument`. A question that goes to all gateways throws if only one of them does not answer, with what the
/// others said in the error's `partialAnswer`.
public protocol GatewayClient: Sendable {
    /// Has an operation carried out.
    ///
    /// - Parameter operation: What is to be done. A uid nobody is bound to, or a client that is gone, is no error.
    /// - Returns: How many gateways took it.
    /// - Throws: `invalidArgument`, `unknownGateway`, `stopped`, or `unreachable` when not one gateway was reached.
    @discardableResult
    func perform(_ operation: GatewayOperation) async throws(GatewayError) -> Delivery

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

    /// Whether a socket is open.
    func isOnline(_ client: ClientID) async throws(GatewayError) -> Bool

    /// The sockets of several uids: a list for each, in the order of the question.
    ///
    /// Each list is in order of binding, and empty for a uid without sockets; between gateways there is no order.
    func clients(ofUids uids: [String]) async throws(GatewayError) -> [[ClientID]]

    /// The sockets that a selection names, each once, with the fields it asks for.
    func select(_ selection: ClientSelection) async throws(GatewayError) -> [SelectedClient]

    /// The groups that have a socket, each once, in order of creation; between gateways there is no order.
    func groups() async throws(GatewayError) -> [String]

    /// How many sockets are open.
    func clientCount() async throws(GatewayError) -> Int

    /// How many sockets each group has, in the order of the question; 0 for a group that is not there.
    func clientCounts(inGroups groups: [String]) async throws(GatewayError) -> [Int]
}
