#if os(Linux)
import GatewayKit
import Synchronization

/// The gateway under test, with a handler for each behaviour.
enum GatewayServer {
    /// Serves for ever.
    static func run(_ order: ServerOrder) async throws {
        let configuration = Gateway.Configuration(
            listen: "127.0.0.1:0",
            secret: "hawk-bench",
            loops: order.loops,
            limits: Gateway.Limits(maxMessagesPerSecond: nil)
        )
        let gateway = make(order, configuration)
        async let running: Void = gateway.run()
        let address = try await gateway.listeningAddress()
        try ServerMain.announce(port: UInt16(address.split(separator: ":").last ?? "") ?? 0)
        try await running
    }

    private static func make(_ order: ServerOrder, _ configuration: Gateway.Configuration) -> Gateway {
        switch order.behaviour {
        case .greet: return Gateway(configuration)
        case .echo: return Gateway(configuration) { _ in Echo() }
        case .fanOut: return Gateway(configuration) { FanOut(order, $0.client) }
        case .belong: return Gateway(configuration) { _ in Belonging() }
        case .push:
            let names = (0..<order.connections).map { "uid-\($0)" }
            let (places, pusher) = (Places(), Pusher(order))
            return Gateway(configuration) { context in
                Push(names, places, pusher) { message, number in
                    try? context.client.post(.binary(message), to: .uid(names[number]))
                }
            }
        }
    }
}

private final class Echo: GatewayHandler {
    func text(_ text: UTF8Span, from client: Client) { client.send(text) }
}

/// Whatever comes, everyone gets the messages of a round; they are framed once.
private final class FanOut: GatewayHandler {
    private let messages: [PreparedMessage]
    private let push: LocalGatewayClient

    init(_ order: ServerOrder, _ push: LocalGatewayClient) {
        messages = (0..<order.count).map {
            PreparedMessage(String(decoding: Payload.numbered($0, bytes: order.bytes), as: UTF8.self))
        }
        self.push = push
    }

    func text(_ text: UTF8Span, from client: Client) {
        for message in messages { try? push.post(message, to: .all) }
    }
}

private final class Belonging: GatewayHandler {
    func opened(_ client: Client, request: UpgradeRequest) {
        client.bind(uid: "uid-\(client.id.connection)")
        client.join(group: "room-\(client.id.connection % 100)")
        client.session = ClientSession(bytes: Array(#"a:1:{s:4:"name";s:8:"somebody";}"#.utf8))
    }
}

/// Binds the sockets to uids in order of opening; whatever comes, the pusher does a round.
private final class Push: GatewayHandler {
    private let names: [String]
    private let places: Places
    private let pusher: Pusher
    private let push: @Sendable ([UInt8], Int) -> Void

    init(_ names: [String], _ places: Places, _ pusher: Pusher, _ push: @escaping @Sendable ([UInt8], Int) -> Void) {
        (self.names, self.places, self.pusher, self.push) = (names, places, pusher, push)
    }

    func opened(_ client: Client, request: UpgradeRequest) { client.bind(uid: names[places.next()]) }

    func text(_ text: UTF8Span, from client: Client) { pusher.start(push) }
}

/// Numbers from 0, for the loops together.
private final class Places: Sendable {
    private let count = Atomic(0)

    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}
#endif
