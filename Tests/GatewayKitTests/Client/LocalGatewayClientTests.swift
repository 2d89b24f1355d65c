import GatewayKit
import PlatformCore
import TestSupport
import Testing

struct LocalGatewayClientTests {
    @Test(arguments: GatewayClientPromise.all, [1, 3])
    func `the local client keeps every promise`(promise: GatewayClientPromise, loops: Int) async throws {
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", loops: loops))) { gateway, url in
            try await promise.check(GatewayFixture(client: gateway.client, urls: [url]))
        }
    }

    @Test func `who sends faster than a loop obeys waits for it`() async throws {
        let isReleased = Lock(false)
        let sent = Lock(0)
        let gateway = Gateway(.init(listen: "127.0.0.1:0")) { _ in Blocking { !isReleased.withLock { $0 } } }
        try await withGateway(gateway) { gateway, url in
            let socket = try await WebSocketClient.connect(url)
            socket.send("block")
            try await eventually(.seconds(20), "the loop is blocked") { gateway.statistics.messagesReceived == 1 }
            async let sending: Void = {
                for _ in 0..<3000 {
                    try await gateway.client.send("x", to: .uid("nobody"))
                    sent.withLock { $0 += 1 }
                }
            }()
            try await eventually(.seconds(20), "the first thousand") { sent.withLock { $0 } >= 1000 }
            for _ in 0..<100 { await Task.yield() }
            #expect(sent.withLock { $0 } <= 1002)
            isReleased.withLock { $0 = true }
            try await sending
            #expect(sent.withLock { $0 } == 3000)
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

/// Holds its loop up for as long as it is told.
private final class Blocking: GatewayHandler {
    private let isBlocked: @Sendable () -> Bool

    init(_ isBlocked: @escaping @Sendable () -> Bool) { self.isBlocked = isBlocked }

    func text(_ text: UTF8Span, from client: Client) {
        while isBlocked() {}
    }
}
