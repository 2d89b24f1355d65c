import GatewayKit
import TestSupport
import Testing

struct SlowClientTests {
    /// More than the kernel keeps for a socket on either side, in few messages.
    private static let text = String(repeating: "x", count: 200_000)
    private static let count = 80

    @Test func `by the policy to close, a client that does not read is closed with 1013`() async throws {
        let limits = Gateway.Limits(maxBacklogBytes: 300_000)
        let gateway = Gateway(.init(listen: "127.0.0.1:0", limits: limits, slowPolicy: .close))
        try await withGateway(gateway) { gateway, url in
            let slow = try await GatewayFixture.open(url)
            await slow.client.pauseReading()
            for _ in 0..<Self.count { try await gateway.client.send(Self.text, to: .client(slow.id)) }
            try await eventually(.seconds(20), "the slow client is closed") { gateway.statistics.slowClosed == 1 }
            #expect(try await !gateway.client.isOnline(slow.id))
            slow.client.resumeReading()
            var last = WebSocketClient.Incoming.end
            repeat { last = try await slow.client.next() } while last == .text(Self.text)
            #expect(last == .close(1013, "too slow"))
        }
    }

    @Test func `a client that has caught up is told nothing where the marker is empty`() async throws {
        let limits = Gateway.Limits(maxBacklogBytes: 300_000)
        let gateway = Gateway(.init(listen: "127.0.0.1:0", limits: limits, dropMarker: { _, _ in "" }))
        try await withGateway(gateway) { gateway, url in
            let slow = try await GatewayFixture.open(url)
            await slow.client.pauseReading()
            for _ in 0..<Self.count { try await gateway.client.send(Self.text, to: .client(slow.id)) }
            try await eventually(.seconds(20), "messages are dropped") { gateway.statistics.messagesDropped > 0 }
            slow.client.resumeReading()
            try await eventually(.seconds(20), "what waited is gone") { gateway.statistics.bufferedBytes == 0 }
            try await gateway.client.send("again", to: .client(slow.id))
            var next = WebSocketClient.Incoming.end
            repeat { next = try await slow.client.next() } while next == .text(Self.text)
            #expect(next == .text("again"))
        }
    }

    @Test func `a send may close slow clients where the policy is to drop`() async throws {
        let limits = Gateway.Limits(maxBacklogBytes: 300_000)
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", limits: limits))) { gateway, url in
            let slow = try await GatewayFixture.open(url)
            await slow.client.pauseReading()
            for _ in 0..<Self.count {
                try gateway.client.post(.text(Self.text), to: .client(slow.id), slow: .close)
            }
            try await eventually(.seconds(20), "the slow client is closed") { gateway.statistics.slowClosed == 1 }
        }
    }

    @Test func `every dropped message is counted, and its handler is told`() async throws {
        let told = Mailbox<(messages: Int, bytes: Int)>()
        let limits = Gateway.Limits(maxBacklogBytes: 300_000)
        let gateway = Gateway(.init(listen: "127.0.0.1:0", limits: limits)) { _ in Told(told) }
        try await withGateway(gateway) { gateway, url in
            let socket = try await WebSocketClient.connect(url)
            #expect(try await socket.nextText() == "welcome")
            await socket.pauseReading()
            for _ in 0..<Self.count { try await gateway.client.send(Self.text, to: .all) }
            // Whatever was posted before a question has happened when it is answered.
            #expect(try await gateway.client.clientCount() == 1)
            let dropped = gateway.statistics.messagesDropped
            #expect(dropped > 0 && gateway.statistics.slowClients == 1)
            #expect(gateway.statistics.messagesSent == Self.count + 1 - dropped)
            var (messages, bytes) = (0, 0)
            while messages < dropped {
                let more = try await within(.seconds(20), "the handler is told") { try await told.next() }
                messages += more.messages
                bytes += more.bytes
            }
            #expect(messages == dropped && bytes == gateway.statistics.bytesDropped)
            #expect(bytes == dropped * (Self.text.utf8.count + 10))
        }
    }

    @Test func `what waits for all clients together is bounded, and is given back`() async throws {
        let limits = Gateway.Limits(maxBacklogBytes: 100 << 20, maxBufferedBytes: 2 << 20)
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", loops: 2, limits: limits))) { gateway, url in
            var slow: [GatewayFixture.Socket] = []
            for _ in 0..<4 { slow.append(try await GatewayFixture.open(url)) }
            for socket in slow { await socket.client.pauseReading() }
            let quick = try await GatewayFixture.open(url)
            for _ in 0..<Self.count {
                try await gateway.client.send(Self.text, to: .all)
                #expect(try await quick.client.nextText() == Self.text)  // who reads misses nothing
                // Each client may have had one message more when the limit was reached.
                #expect(gateway.statistics.bufferedBytes <= 2 << 20 + 4 * 250_000)
            }
            #expect(gateway.statistics.bufferedBytes > 1 << 20)
            for socket in slow { socket.client.resumeReading() }
            try await eventually(.seconds(20), "nothing waits any more") { gateway.statistics.bufferedBytes == 0 }
        }
    }

    @Test func `one large message to many who do not read does not exceed what may wait for all together`() async throws
    {
        let limits = Gateway.Limits(maxBufferedBytes: 2 << 20)
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", limits: limits))) { gateway, url in
            var slow: [GatewayFixture.Socket] = []
            for _ in 0..<20 { slow.append(try await GatewayFixture.open(url)) }
            for socket in slow { await socket.client.pauseReading() }
            let large = String(repeating: "x", count: 8 << 20)
            for _ in 0..<2 {
                try await gateway.client.send(large, to: .all)
                // Those of a turn that is not over are counted when they are sent: 64 MiB of them.
                try await eventually(.seconds(20), "some waits") { gateway.statistics.bufferedBytes > 0 }
                #expect(try await gateway.client.clientCount() == 20)
                #expect(gateway.statistics.bufferedBytes < 90 << 20)
            }
            #expect(gateway.statistics.messagesDropped >= 20)
            // Those who got nothing are told so, and are sent what comes next.
            let last = slow[19].client
            last.resumeReading()
            #expect(try await last.next() == .text(#"{"type":"resync","dropped":1}"#))
            #expect(try await last.next() == .text(#"{"type":"resync","dropped":1}"#))
            try await gateway.client.send("small", to: .client(slow[19].id))
            #expect(try await last.next() == .text("small"))
        }
    }

    @Test func `what passes is counted`() async throws {
        try await withGateway(.echo(loops: 3)) { gateway, url in
            let sockets = [try await WebSocketClient.connect(url), try await WebSocketClient.connect(url)]
            for socket in sockets {
                socket.send("12345")
                #expect(try await socket.nextText() == "12345")
            }
            var expected = GatewayStatistics()
            (expected.connections, expected.accepted, expected.clients, expected.clientsOpened) = (2, 2, 2, 2)
            (expected.messagesReceived, expected.bytesReceived) = (2, 10)
            (expected.messagesSent, expected.bytesSent) = (2, 14)
            #expect(gateway.statistics == expected)
            sockets[0].close()
            try await eventually(.seconds(20), "a client is gone") { gateway.statistics.connections == 1 }
            #expect(gateway.statistics.clients == 1 && gateway.statistics.clientsOpened == 2)
        }
    }
}

private final class Told: GatewayHandler {
    private let told: Mailbox<(messages: Int, bytes: Int)>

    init(_ told: Mailbox<(messages: Int, bytes: Int)>) { self.told = told }

    func opened(_ client: Client, request: UpgradeRequest) { client.send("welcome") }

    func dropped(messages: Int, bytes: Int, to client: Client) { told.push((messages, bytes)) }
}
