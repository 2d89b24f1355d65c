/// Everything that a `GatewayClient` is to be able to do; joins that protocol as soon as both clients can.
public protocol CompleteGatewayClient: GatewayClient {
    /// Has an operation carried out.
    ///
    /// - Parameter operation: What is to be done.
    /// - Returns: How many gateways took it.
    /// - Throws: `invalidArgument` for an empty uid or group or `"0"`, `unknownGateway`, `stopped`, or `unreachable` when
    ///   not one gateway was reached.
    @discardableResult
    func perform(_ operation: GatewayOperation) async throws(GatewayError) -> Delivery

    /// The sockets that a selection names, each once, with the fields it asks for.
    func select(_ selection: ClientSelection) async throws(GatewayError) -> [SelectedClient]

    /// The groups that have a socket, each once, in order of creation; between gateways there is no order.
    func groups() async throws(GatewayError) -> [String]

    /// How many sockets are open.
    func clientCount() async throws(GatewayError) -> Int

    /// How many sockets each group has, in the order of the question; 0 for a group that is not there.
    func clientCounts(inGroups groups: [String]) async throws(GatewayError) -> [Int]
}
