import GatewayKit
import TestSupport
import Testing

struct GatewayLimitsTests {
    @Test func `a client that does not read misses whole messages, and is told so before the next one`() async throws {
        let events = Mailbox<GatewayEvent>()
        let configuration = Gateway.Configuration(
            listen: "127.0.0.1:0",
            limits: .init(maxBacklogBytes: 100_000),
            onEvent: { if case .clientRecovered = $0 { events.push($0) } }
        )
        try await withGateway(Gateway(configuration)) { gateway, url in
            let slow = try await GatewayFixture.open(url)
            let quick = try await GatewayFixture.open(url)
            await slow.client.pauseReading()
            // More than the kernel keeps for a socket on either side.
            let text = String(repeating: "x", count: 60_000)
            for number in 0..<400 {
                try await gateway.client.send("\(number) \(text)", to: .all)
                #expect(try await quick.client.nextText() == "\(number) \(text)")
            }
            slow.client.resumeReading()
            var (received, dropped) = (0, 0)
            while dropped == 0 {
                let message = try await slow.client.nextText()
                if let count = Self.dropped(in: message) {
                    dropped = count
                } else {
                    #expect(message == "\(received) \(text)")  // in order, none left out
                    received += 1
                }
            }
            #expect(received + dropped == 400 && received > 0)
            try await gateway.client.send("again", to: .client(slow.id))
            #expect(try await slow.client.nextText() == "again")
            let event = try await within(.seconds(20), "the event") { try await events.next() }
            guard case .clientRecovered(slow.id, dropped, _) = event else {
                Issue.record("another event: \(event)")
                return
            }
        }
    }

    @Test func `a message is let in where nothing waits, however large`() async throws {
        let limits = Gateway.Limits(maxMessageBytes: 1 << 20, maxBacklogBytes: 1000)
        try await withGateway(.echo(limits: limits)) { _, url in
            let socket = try await WebSocketClient.connect(url)
            let text = String(repeating: "x", count: 500_000)
            socket.send(text)
            #expect(try await socket.nextText() == text)
        }
    }

    @Test func `a client that reads misses nothing of what is written to it at once, beyond the limit`() async throws {
        let gateway = Gateway(.init(listen: "127.0.0.1:0", limits: .init(maxBacklogBytes: 500_000))) { _ in Burst() }
        try await withGateway(gateway) { _, url in
            let socket = try await WebSocketClient.connect(url)
            socket.send("go")
            for _ in 0..<Burst.count { #expect(try await socket.nextText().utf8.count == Burst.bytes) }
        }
    }

    @Test func `a handshake that takes too long is ended with 408`() async throws {
        let limits = Gateway.Limits(handshakeTimeout: .milliseconds(200))
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", limits: limits))) { gateway, _ in
            let address = try await gateway.listeningAddress()
            let refusal = await #expect(throws: WebSocketClient.Refused.self) {
                _ = try await WebSocketClient.connect(toAddress: address, sending: Array("GET / HT".utf8))
            }
            #expect(refusal?.status == 408)
        }
    }

    @Test func `a binding ends after its lifetime with 4401, an unbound socket stays`() async throws {
        let configuration = Gateway.Configuration(listen: "127.0.0.1:0", loops: 2, bindLifetime: .seconds(3))
        try await withGateway(Gateway(configuration)) { gateway, url in
            let sockets = [
                try await GatewayFixture.open(url), try await GatewayFixture.open(url),
                try await GatewayFixture.open(url),
            ]
            for socket in sockets[...1] { #expect(try await gateway.client.bind(uid: "7", to: socket.id)) }
            try await gateway.client.unbind(sockets[1].id)
            #expect(try await sockets[0].client.next() == .close(4401, "bind expired"))
            #expect(try await !gateway.client.isOnline(sockets[0].id))
            try await gateway.client.send("stayed", to: .all)
            for socket in sockets[1...] { #expect(try await socket.client.nextText() == "stayed") }
        }
    }

    @Test func `a silent socket is pinged, and one that does not answer is given up`() async throws {
        let limits = Gateway.Limits(idleTimeout: .milliseconds(200))
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", limits: limits))) { gateway, url in
            let alive = try await GatewayFixture.open(url)
            let dead = try await GatewayFixture.open(url)
            await dead.client.pauseReading()  // and so it answers no ping
            try await eventually(.seconds(20), "the dead socket is gone") {
                try await !gateway.client.isOnline(dead.id)
            }
            try await gateway.client.send("still here", to: .client(alive.id))
            #expect(try await alive.client.nextText() == "still here")
        }
    }

    private static func dropped(in message: String) -> Int? {
        let start = #"{"type":"resync","dropped":"#
        return message.hasPrefix(start) ? Int(message.dropFirst(start.count).dropLast()) : nil
    }
}

/// Answers with many messages at once.
private final class Burst: GatewayHandler {
    static let count = 12
    static let bytes = 60_000

    func text(_ text: UTF8Span, from client: Client) {
        for _ in 0..<Self.count { client.send(String(repeating: "x", count: Self.bytes)) }
    }
}
