import GatewayKit
import TestSupport
import Testing

struct TrustedProxyTests {
    @Test(
        arguments: [
            (["loopback"], ["X-Forwarded-For": "1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            (["127.0.0.1"], ["Forwarded": "for=\"[2001:db8::7]:4711\";proto=https"], "2001:db8::7"),
            (["127.0.0.0/8", "198.51.100.1"], ["X-Forwarded-For": "1.1.1.1, 198.51.100.1"], "1.1.1.1"),
            (["loopback"], [:], "127.0.0.1"), (["loopback"], ["Forwarded": "for=unknown"], "127.0.0.1"),
            (["private"], ["X-Forwarded-For": "198.51.100.1"], "127.0.0.1"),
            ([], ["X-Forwarded-For": "198.51.100.1"], "127.0.0.1"),
        ] as [([String], [String: String], String)]
    )
    func `a handler sees the address that a trusted proxy says`(
        proxies: [String],
        headers: [String: String],
        address: String
    ) async throws {
        let events = Mailbox<String>()
        let configuration = Gateway.Configuration(
            listen: "127.0.0.1:0",
            trustedProxies: proxies,
            onEvent: { if case .clientOpened(_, let peer) = $0 { events.push(peer) } }
        )
        try await withGateway(Gateway(configuration) { _ in Teller() }) { _, url in
            let socket = try await WebSocketClient.connect(url, headers: headers.map { ($0, $1) })
            #expect(try await socket.nextText() == address)
            #expect(try await socket.nextText().hasPrefix("127.0.0.1:"))
            let peer = try await within(.seconds(20), "the event") { try await events.next() }
            #expect(address == "127.0.0.1" ? peer.hasPrefix("127.0.0.1:") : peer == address)
        }
    }

    @Test(arguments: [1, 3])
    func `connections through a trusted proxy count for their client, and those beyond get 429`(
        loops: Int
    ) async throws {
        let events = Mailbox<GatewayEvent>()
        let configuration = Gateway.Configuration(
            listen: "127.0.0.1:0",
            loops: loops,
            trustedProxies: ["loopback"],
            limits: .init(maxConnectionsPerAddress: 2),
            onEvent: { if case .addressLimitReached = $0 { events.push($0) } }
        )
        try await withGateway(Gateway(configuration) { _ in Teller() }) { gateway, url in
            func connect(_ address: String) async throws -> WebSocketClient {
                try await WebSocketClient.connect(url, headers: [("X-Forwarded-For", address)])
            }
            var sockets: [WebSocketClient] = []
            for number in 1...4 {
                for _ in 0..<2 { sockets.append(try await connect("198.51.100.\(number)")) }
            }
            let refusal = await #expect(throws: WebSocketClient.Refused.self) { _ = try await connect("198.51.100.1") }
            #expect(refusal?.status == 429)
            #expect(
                try await within(.seconds(20), "the event") { try await events.next() }
                    == .addressLimitReached(address: "198.51.100.1", limit: 2)
            )
            #expect(gateway.statistics.connectionsRefused == 1 && gateway.statistics.handshakesRefused == 1)
            // Those of whom nothing is said do not count; and who has gone makes room.
            for _ in 0..<3 { sockets.append(try await WebSocketClient.connect(url)) }
            sockets[0].cut()
            try await eventually(.seconds(20), "there is room again") { gateway.statistics.connections == 10 }
            sockets.append(try await connect("198.51.100.1"))
            await #expect(throws: WebSocketClient.Refused.self) { _ = try await connect("198.51.100.1") }
        }
    }

    @Test func `behind a proxy that is not trusted, connections count for the proxy`() async throws {
        let configuration = Gateway.Configuration(
            listen: "127.0.0.1:0",
            trustedProxies: ["private"],
            limits: .init(maxConnectionsPerAddress: 1)
        )
        try await withGateway(Gateway(configuration) { _ in Teller() }) { gateway, url in
            let first = try await WebSocketClient.connect(url, headers: [("X-Forwarded-For", "198.51.100.1")])
            await #expect(throws: (any Error).self) {
                _ = try await WebSocketClient.connect(url, headers: [("X-Forwarded-For", "198.51.100.2")])
            }
            #expect(gateway.statistics.connectionsRefused == 1 && gateway.statistics.handshakesRefused == 0)
            withExtendedLifetime(first) {}
        }
    }

    @Test func `attached sockets count for their address, and for nobody without one`() async throws {
        let limits = Gateway.Limits(maxConnectionsPerAddress: 1)
        try await withEmbedded(Gateway(.init(trustedProxies: ["10.0.0.0/8"], limits: limits))) { gateway in
            let owner = Owner()
            let forwarded = UpgradeHead(headers: [("X-Forwarded-For", "198.51.100.1")])
            var clients = [
                try await owner.attach(to: gateway), try await owner.attach(to: gateway),
                try await owner.attach(to: gateway, peerAddress: "203.0.113.7:1"),
                try await owner.attach(to: gateway, request: forwarded, peerAddress: "10.0.0.1:1"),
            ]
            await expectError(.refused) { try await owner.attach(to: gateway, peerAddress: "203.0.113.7:2") }
            await expectError(.refused) {
                try await owner.attach(to: gateway, request: forwarded, peerAddress: "10.0.0.2:1")
            }
            #expect(gateway.statistics.connectionsRefused == 2)
            clients.removeAll()
            try await eventually(.seconds(20), "nobody is left") { gateway.statistics.connections == 0 }
            clients.append(try await owner.attach(to: gateway, request: forwarded, peerAddress: "10.0.0.2:1"))
        }
    }

    @Test func `a proxy that is no address is a mistake in the configuration`() async throws {
        await expectError(.invalidConfiguration) { try await Gateway(.init(trustedProxies: ["proxy.example"])).run() }
    }
}

/// Tells each socket where it came from.
private final class Teller: GatewayHandler {
    func opened(_ client: Client, request: UpgradeRequest) {
        client.send(request.clientAddress)
        client.send(request.peerAddress)
    }
}
