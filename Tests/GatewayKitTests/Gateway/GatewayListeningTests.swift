import GatewayKit
import TestSupport
import Testing

struct GatewayListeningTests {
    @Test(arguments: [1, 3])
    func `a gateway listens at several addresses, IPv4 and IPv6, as one`(loops: Int) async throws {
        let gateway = Gateway(.init(listen: "127.0.0.1:0", "[::1]:0", "127.0.0.1:0", loops: loops))
        try await withGateway(gateway) { gateway, _ in
            let addresses = try await gateway.listeningAddresses()
            #expect(addresses.count == 3)
            #expect(addresses[0].hasPrefix("127.0.0.1:") && addresses[1].hasPrefix("[::1]:"))
            #expect(try await gateway.listeningAddress() == addresses[0])
            var sockets: [GatewayFixture.Socket] = []
            for address in addresses { sockets.append(try await GatewayFixture.open("ws://\(address)/")) }
            try await gateway.client.send("all of you", to: .all)
            for socket in sockets { #expect(try await socket.client.nextText() == "all of you") }
        }
    }

    @Test func `an address that cannot be had is named, and the others are given back`() async throws {
        let taken = Gateway(.init(listen: "127.0.0.1:0"))
        try await withGateway(taken) { taken, _ in
            let address = try await taken.listeningAddress()
            let free = freePort()
            do {
                try await Gateway(.init(listen: "127.0.0.1:\(free)", address)).run()
                Issue.record("it ran")
            } catch let error as GatewayError {
                #expect(error.code == .listenFailed)
                #expect(error.attempt == "listen at \(address)")
            }
            try await withGateway(Gateway(.init(listen: "127.0.0.1:\(free)"))) { _, _ in }
        }
    }

    @Test func `at the limit connections wait, are taken when there is room, and both is told once`() async throws {
        let events = Mailbox<GatewayEvent>()
        var configuration = Gateway.Configuration(listen: "127.0.0.1:0", loops: 2, limits: .init(maxConnections: 2))
        configuration.onEvent = { event in
            switch event {
            case .connectionLimitReached, .acceptingAgain: events.push(event)
            default: break
            }
        }
        try await withGateway(Gateway(configuration)) { gateway, url in
            var first = [try await GatewayFixture.open(url), try await GatewayFixture.open(url)]
            let waiting = (0..<3).map { _ in Task { try await GatewayFixture.open(url).client.close() } }
            #expect(try await Self.next(events) == .connectionLimitReached(limit: 2))
            #expect(gateway.statistics.connections == 2)
            for socket in first { socket.client.close() }
            first = []
            for socket in waiting { try await socket.value }
            #expect(try await Self.next(events) == .acceptingAgain)
            #expect(events.pending.isEmpty)
            #expect(gateway.statistics.clientsOpened == 5)
            #expect(gateway.statistics.connectionsRefused == 0)
        }
    }

    @Test func `a connection that only begins to shake hands counts`() async throws {
        let limits = Gateway.Limits(maxConnections: 1, handshakeTimeout: .milliseconds(500))
        let events = Mailbox<GatewayEvent>()
        var configuration = Gateway.Configuration(listen: "127.0.0.1:0", limits: limits)
        configuration.onEvent = { if case .connectionLimitReached = $0 { events.push($0) } }
        try await withGateway(Gateway(configuration)) { gateway, url in
            let address = try await gateway.listeningAddress()
            let silent = Task {
                try await WebSocketClient.connect(toAddress: address, sending: Array("GET / HT".utf8))
            }
            try await eventually(.seconds(20), "it counts") { gateway.statistics.connections == 1 }
            let waiting = Task { try await GatewayFixture.open(url) }
            #expect(try await Self.next(events) == .connectionLimitReached(limit: 1))
            let refusal = await #expect(throws: WebSocketClient.Refused.self) { _ = try await silent.value }
            #expect(refusal?.status == 408)
            _ = try await waiting.value
        }
    }

    @Test func `one address has so many connections and no more, others are not concerned`() async throws {
        let events = Mailbox<GatewayEvent>()
        var configuration = Gateway.Configuration(
            listen: "127.0.0.1:0",
            "[::1]:0",
            loops: 3,
            limits: .init(maxConnectionsPerAddress: 2)
        )
        configuration.onEvent = { if case .addressLimitReached = $0 { events.push($0) } }
        try await withGateway(Gateway(configuration)) { gateway, url in
            let first = [try await GatewayFixture.open(url), try await GatewayFixture.open(url)]
            await #expect(throws: (any Error).self) { _ = try await GatewayFixture.open(url) }
            #expect(try await Self.next(events) == .addressLimitReached(address: "127.0.0.1", limit: 2))
            #expect(gateway.statistics.connectionsRefused == 1)
            let other = try await GatewayFixture.open("ws://\(gateway.listeningAddresses()[1])/")
            first[0].client.close()
            try await eventually(.seconds(20), "there is room again") { (try? await GatewayFixture.open(url)) != nil }
            withExtendedLifetime(other) {}
        }
    }

    private static func next(_ events: Mailbox<GatewayEvent>) async throws -> GatewayEvent {
        try await within(.seconds(20), "an event") { try await events.next() }
    }
}
