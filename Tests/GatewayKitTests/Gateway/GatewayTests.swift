import GatewayKit
import TestSupport
import Testing

struct GatewayTests {
    @Test(arguments: [1, 3]) func `messages of every size come back`(loops: Int) async throws {
        try await withGateway(.echo(loops: loops)) { _, url in
            for _ in 0..<min(loops, 2) {
                let socket = try await WebSocketClient.connect(url)
                for count in [0, 1, 125, 126, 65535, 65536, 200_000] {
                    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 13) }
                    socket.send(binary: bytes)
                    #expect(try await socket.next() == .binary(bytes))
                    let text = String(repeating: "ä", count: count / 2)
                    socket.send(text)
                    #expect(try await socket.next() == .text(text))
                }
            }
        }
    }

    @Test func `a gateway that ends tells its clients one after the other, and serves those not told yet`() async throws
    {
        let gateway = Gateway(.init(listen: "127.0.0.1:0", loops: 1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gateway.run() }
            let url = try await "ws://\(gateway.listeningAddress())/"
            var sockets: [WebSocketClient] = []
            for _ in 0..<200 { sockets.append(try await GatewayFixture.open(url).client) }
            group.cancelAll()
            let ends = try await withThrowingTaskGroup(of: ContinuousClock.Instant.self) { ends in
                for socket in sockets {
                    ends.addTask {
                        let last = try await socket.next()
                        #expect(last == .close(1001, "server is going down"))
                        return ContinuousClock.now
                    }
                }
                return try await ends.reduce(into: []) { $0.append($1) }
            }
            // Ten each 10 ms: 19 pauses.
            #expect(ends.max()! - ends.min()! >= .milliseconds(100))
            try await group.waitForAll()
        }
    }

    @Test func `frames and handshake may arrive byte by byte, and fragments make one message`() async throws {
        try await withGateway(.echo()) { gateway, url in
            let socket = try await WebSocketClient.connect(url)
            let bytes =
                clientFrame(1, "Hel", isFinal: false) + clientFrame(9, "p") + clientFrame(0, "lo") + clientFrame(2, [1])
            for byte in bytes { socket.send(raw: [byte]) }
            #expect(try await socket.next() == .pong(Array("p".utf8)))
            #expect(try await socket.next() == .text("Hello"))
            #expect(try await socket.next() == .binary([1]))
        }
    }

    @Test func `a handler hears of opening with the request, and of closing with code and reason`() async throws {
        let seen = Mailbox<Echo.Seen>()
        try await withGateway(.echo(seen: seen)) { _, url in
            let socket = try await WebSocketClient.connect("\(url)a%20b?c=d")
            #expect(
                try await within(.seconds(20), "opened") { try await seen.next() }
                    == .opened(path: "/a b", query: "c=d")
            )
            socket.close(4000, reason: "bye")
            #expect(try await socket.next() == .close(4000, ""))
            #expect(try await socket.next() == .end)
            #expect(
                try await within(.seconds(20), "closed") { try await seen.next() }
                    == .closed(CloseCode(rawValue: 4000), "bye")
            )
        }
    }

    @Test func `a socket that is cut is told as abnormal`() async throws {
        let seen = Mailbox<Echo.Seen>()
        try await withGateway(.echo(seen: seen)) { _, url in
            let socket = try await WebSocketClient.connect(url)
            _ = try await within(.seconds(20), "opened") { try await seen.next() }
            socket.cut()
            #expect(try await within(.seconds(20), "closed") { try await seen.next() } == .closed(.abnormal, ""))
        }
    }

    @Test(
        arguments: [
            (clientFrame(3), 1002), (clientFrame(1, [0xC0, 0x80]), 1007),
            (clientFrame(2, .init(repeating: 0, count: 101)), 1009),
            ([0x81, 0x00], 1002), (clientFrame(8, [0x03, 0xED]), 1002),
        ] as [([UInt8], UInt16)]
    )
    func `a broken rule closes the socket with the code that says so`(bytes: [UInt8], code: UInt16) async throws {
        let limits = Gateway.Limits(maxMessageBytes: 100)
        try await withGateway(.echo(limits: limits)) { _, url in
            let socket = try await WebSocketClient.connect(url)
            socket.send(raw: bytes)
            guard case .close(code, _) = try await socket.next() else {
                Issue.record("no close frame with \(code)")
                return
            }
            #expect(try await socket.next() == .end)
        }
    }

    @Test func `what is no handshake gets an HTTP answer, and the gateway goes on`() async throws {
        try await withGateway(.echo(origins: ["https://example.org"])) { gateway, url in
            let address = try await gateway.listeningAddress()
            let refusal = await #expect(throws: WebSocketClient.Refused.self) {
                _ = try await WebSocketClient.connect(
                    toAddress: address,
                    sending: Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
                )
            }
            #expect(refusal?.status == 426)
            let foreign = await #expect(throws: WebSocketClient.Refused.self) {
                _ = try await WebSocketClient.connect(url, headers: [("Origin", "https://evil.example")])
            }
            #expect(foreign?.status == 403)
            let socket = try await WebSocketClient.connect(url, headers: [("Origin", "https://example.org")])
            socket.send("still here")
            #expect(try await socket.nextText() == "still here")
        }
    }

    @Test func `cancelling says goodbye to every socket and then returns`() async throws {
        let gateway = Gateway(.init(listen: "127.0.0.1:0", loops: 2))
        let running = Task { try await gateway.run() }
        let url = try await "ws://\(gateway.listeningAddress())/"
        let sockets = [try await GatewayFixture.open(url), try await GatewayFixture.open(url)]
        try await gateway.client.send("last words", to: .all)
        running.cancel()
        try await within(.seconds(20), "the gateway's end") { try await running.value }
        for socket in sockets {
            #expect(try await socket.client.nextText() == "last words")
            #expect(try await socket.client.next() == .close(1001, "server is going down"))
            #expect(try await socket.client.next() == .end)
        }
        await #expect(throws: (any Error).self) { _ = try await WebSocketClient.connect(url) }
    }

    @Test func `an address that is none or in use is an error that says so`() async throws {
        await expectError(.invalidConfiguration) { try await Gateway(.init(listen: "nowhere")).run() }
        await expectError(.invalidConfiguration) { try await Gateway(.init(listen: "127.0.0.1:0", loops: 0)).run() }
        for origin in ["example.org", "*", "https://example.org/"] {
            await expectError(.invalidConfiguration) { try await Gateway(.init(allowedOrigins: [origin])).run() }
        }
        for limits in [Gateway.Limits(idleTimeout: .zero), .init(handshakeTimeout: .seconds(-1))] {
            await expectError(.invalidConfiguration) { try await Gateway(.init(limits: limits)).run() }
        }
        try await withGateway { gateway, _ in
            let address = try await gateway.listeningAddress()
            await expectError(.listenFailed) { try await Gateway(.init(listen: address)).run() }
        }
    }

    @Test func `a handler's loop and executor are one`() async throws {
        let seen = Mailbox<Bool>()
        let gateway = Gateway(.init(listen: "127.0.0.1:0", loops: 2)) { OnLoop($0, seen) }
        try await withGateway(gateway) { _, url in
            let sockets = [try await WebSocketClient.connect(url), try await WebSocketClient.connect(url)]
            for socket in sockets { socket.send("?") }
            for _ in sockets { #expect(try await within(.seconds(20), "an answer") { try await seen.next() }) }
        }
    }
}

/// Calls an actor that lives on its loop.
private final class OnLoop: GatewayHandler {
    private actor Resident {
        private let executor: any SerialExecutor
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        init(_ executor: any SerialExecutor) { self.executor = executor }

        func touch() {}
    }

    private let resident: Resident
    private let seen: Mailbox<Bool>

    init(_ context: LoopContext, _ seen: Mailbox<Bool>) {
        resident = Resident(context.executor)
        self.seen = seen
    }

    func text(_ text: UTF8Span, from client: Client) {
        resident.assumeIsolated { $0.touch() }
        seen.push(true)
    }
}
