import GatewayKit
import TestSupport
import Testing

/// What one client may do, and what becomes of it when it does more.
struct ClientLimitsTests {
    @Test(arguments: [false, true])
    func `messages and pings beyond the rate close the socket with 1008`(arePings: Bool) async throws {
        let limits = Gateway.Limits(maxMessagesPerSecond: 1, maxMessageBurst: 5)
        try await withGateway(.echo(limits: limits)) { gateway, url in
            let socket = try await WebSocketClient.connect(url)
            for number in 0..<20 {
                if arePings { socket.ping([UInt8(number)]) } else { socket.send("\(number)") }
            }
            for number in 0..<5 {
                let expected: WebSocketClient.Incoming = arePings ? .pong([UInt8(number)]) : .text("\(number)")
                #expect(try await socket.next() == expected)
            }
            #expect(try await socket.next() == .close(1008, "too many messages"))
            #expect(gateway.statistics.rateLimited == 1 && gateway.statistics.violations == 0)
        }
    }

    @Test func `a frame beyond its limit and too many fragments close the socket with 1009`() async throws {
        let limits = Gateway.Limits(maxMessageBytes: 10_000, maxFrameBytes: 1000, maxFragments: 3)
        try await withGateway(.echo(limits: limits)) { gateway, url in
            let large = try await WebSocketClient.connect(url)
            large.send(String(repeating: "x", count: 1000))
            #expect(try await large.nextText().utf8.count == 1000)
            large.send(String(repeating: "x", count: 1001))
            #expect(try await large.next() == .close(1009, "message too big"))
            let scattered = try await WebSocketClient.connect(url)
            scattered.send(raw: Self.fragments(3))
            #expect(try await scattered.nextText() == "xxx")
            scattered.send(raw: Self.fragments(4))
            #expect(try await scattered.next() == .close(1009, "too many fragments"))
            #expect(gateway.statistics.messagesTooBig == 2)
        }
    }

    @Test func `a message that does not end is not kept where too much waits already`() async throws {
        let limits = Gateway.Limits(maxBufferedBytes: 10_000)
        try await withGateway(.echo(limits: limits)) { gateway, url in
            let greedy = try await WebSocketClient.connect(url)
            let other = try await WebSocketClient.connect(url)
            greedy.send(raw: [0x01, 0xFE, 0x4E, 0x20, 0, 0, 0, 0] + [UInt8](repeating: 0x78, count: 20_000))
            #expect(try await greedy.next() == .close(1013, "no room for unfinished messages"))
            #expect(gateway.statistics.unfinishedClosed == 1 && gateway.statistics.bufferedBytes == 0)
            other.send("still here")
            #expect(try await other.nextText() == "still here")
        }
    }

    @Test func `a rule broken is counted`() async throws {
        try await withGateway(.echo()) { gateway, url in
            let socket = try await WebSocketClient.connect(url)
            socket.send(raw: [0xC1, 0x80, 0, 0, 0, 0])
            guard case .close(let code, _) = try await socket.next() else {
                Issue.record("no close frame")
                return
            }
            #expect([1002, 1007].contains(code) && gateway.statistics.violations == 1)
        }
    }

    @Test func `a silent client is asked by a text where the application is to answer`() async throws {
        let configuration = Gateway.Configuration(
            listen: "127.0.0.1:0",
            heartbeat: .text(#"{"type":"ping"}"#),
            limits: .init(idleTimeout: .seconds(4))  // as long as the answer may take on a busy machine
        )
        try await withGateway(Gateway(configuration)) { gateway, url in
            let socket = try await GatewayFixture.open(url)
            #expect(try await socket.client.nextText() == #"{"type":"ping"}"#)
            socket.client.send("here")
            #expect(gateway.statistics.silentClosed == 0)
            #expect(try await socket.client.nextText() == #"{"type":"ping"}"#)
            #expect(try await socket.client.next() == .end)
            #expect(gateway.statistics.silentClosed == 1 && gateway.statistics.pingsSent == 2)
        }
    }

    /// A text of `count` frames of one byte.
    private static func fragments(_ count: Int) -> [UInt8] {
        (0..<count).flatMap { index -> [UInt8] in
            let isFinal: UInt8 = index == count - 1 ? 0x80 : 0
            return [isFinal | (index == 0 ? 1 : 0), 0x81, 0, 0, 0, 0, 0x78]
        }
    }
}
