/// How far a send got.
///
/// It tells about gateways, not about sockets: a browser that lost its network a second ago still counts as online, and
/// only an answer of its own could show that it read a message.
public struct Delivery: Sendable, Hashable {
    /// The number of gateways that took the message.
    public var gatewaysReached: Int
    /// The gateways that did not, so that their sockets miss it.
    public var unreachable: [GatewayAddress]

    /// A delivery from its parts, for clients of one's own.
    public init(gatewaysReached: Int, unreachable: [GatewayAddress] = []) {
        self.gatewaysReached = gatewaysReached
        self.unreachable = unreachable
    }
}
