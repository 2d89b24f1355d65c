import GatewayKit
import TestSupport
import Testing

struct LocalGatewayClientTests {
    @Test(arguments: GatewayClientPromise.all, [1, 3])
    func `the local client keeps every promise`(promise: GatewayClientPromise, loops: Int) async throws {
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", loops: loops))) { gateway, url in
            try await promise.check(GatewayFixture(client: gateway.client, urls: [url]))
        }
    }

    @Test func `a call made before the gateway runs waits for it, and one made after it ended throws`() async throws {
        let gateway = Gateway(.init(listen: "127.0.0.1:0"))
        async let early = gateway.client.send("early", to: .all)
        let running = Task { try await gateway.run() }
        #expect(try await early == Delivery(gatewaysReached: 1))
        running.cancel()
        try await running.value
        await expectError(.stopped) { try await gateway.client.send("late", to: .all) }
        await expectError(.stopped) { try await gateway.listeningAddress() }
        await expectError(.alreadyRunning) { try await gateway.run() }
    }

    @Test func `an operation whose call returned is seen by every later query, whoever asks`() async throws {
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", loops: 3))) { gateway, url in
            let fixture = GatewayFixture(client: gateway.client, urls: [url])
            let socket = try await fixture.open()
            for round in 0..<200 {
                try await gateway.client.unbind(socket.id)
                let (uid, client) = ("\(round + 1)", gateway.client)
                #expect(try await client.bind(uid: uid, to: socket.id))
                #expect(try await Task.detached { try await client.clients(ofUid: uid) }.value == [socket.id])
            }
        }
    }
}
