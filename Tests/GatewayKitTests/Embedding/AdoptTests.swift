import GatewayKit
import PlatformCore
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

struct AdoptTests {
    @Test(arguments: [1, 3], [false, true])
    func `sockets of another server are clients like others`(loops: Int, isParsed: Bool) async throws {
        var configuration = Gateway.Configuration()
        configuration.loops = loops
        try await withEmbedded(Gateway(configuration)) { gateway in
            let server = try HeadServer { handover in
                let head = isParsed ? handover.parts : UpgradeHead(bytes: handover.head)
                do {
                    try gateway.adopt(descriptor: handover.descriptor, head: head, buffered: handover.buffered)
                } catch {
                    Issue.record(error)
                }
            }
            var sockets: [GatewayFixture.Socket] = []
            for number in 0..<4 {
                let socket = try await GatewayFixture.open("ws://\(server.address)/\(number)?a=b")
                #expect(try await gateway.client.bind(uid: "7", to: socket.id))
                sockets.append(socket)
            }
            try await gateway.client.send("hello", to: .uid("7"))
            for socket in sockets { #expect(try await socket.client.nextText() == "hello") }
            #expect(gateway.statistics.clients == 4)
        }
    }

    @Test func `what was read behind the request is not lost, and the handler sees the request`() async throws {
        let seen = Mailbox<Echo.Seen>()
        try await withEmbedded(.echo(seen: seen)) { gateway in
            let server = try HeadServer { handover in
                try? gateway.adopt(
                    descriptor: handover.descriptor,
                    head: UpgradeHead(bytes: handover.head),
                    buffered: handover.buffered
                )
            }
            let request = Self.request.replacing("GET /", with: "GET /a%20b?c=d", maxReplacements: 1)
            let early = WebSocketFrames.clientFrame(1, Array("early".utf8)).dropLast(2)
            let socket = try await WebSocketClient.connect(
                toAddress: server.address,
                sending: Array(request.utf8) + early
            )
            socket.send(raw: Array(WebSocketFrames.clientFrame(1, Array("early".utf8)).suffix(2)))
            #expect(try await socket.nextText() == "early")
            #expect(
                try await within(.seconds(20), "opened") { try await seen.next() }
                    == .opened(path: "/a b", query: "c=d")
            )
            socket.close(4000, reason: "bye")
            #expect(try await socket.next() == .close(4000, ""))
            #expect(try await socket.next() == .end)
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 426), ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400), ("GET / HTTP/4.0\r\n\r\n", 505),
    ])
    func `what is no handshake gets its answer from the gateway, and the end`(head: String, status: Int) async throws {
        try await withEmbedded(.echo()) { gateway in
            let server = try HeadServer { handover in
                try? gateway.adopt(descriptor: handover.descriptor, head: UpgradeHead(bytes: handover.head))
            }
            let answer = try await Self.answer(from: server, to: head)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(gateway.statistics.handshakesRefused == 1)
            try await eventually(.seconds(20), "nobody is left") { gateway.statistics.connections == 0 }
        }
    }

    @Test func `a head that was put together wrongly is answered with 400, and the socket closed`() async throws {
        try await withEmbedded(.echo()) { gateway in
            let server = try HeadServer { handover in
                let head = UpgradeHead(target: "/", headers: [("X", "a\r\nY: b")])
                Self.expect(.invalidArgument, adopting: handover, with: head, by: gateway)
            }
            #expect(try await Self.answer(from: server, to: Self.request).hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test func `before, beyond the limit and after, the client is told 503, and the socket closed`() async throws {
        let gateway = Gateway.echo(limits: .init(maxConnections: 1))
        let stopped = try HeadServer { handover in
            Self.expect(.stopped, adopting: handover, with: UpgradeHead(bytes: handover.head), by: gateway)
        }
        #expect(try await Self.answer(from: stopped, to: Self.request).hasPrefix("HTTP/1.1 503 "))
        try await withEmbedded(gateway) { gateway in
            let first = try HeadServer { handover in
                try? gateway.adopt(descriptor: handover.descriptor, head: UpgradeHead(bytes: handover.head))
            }
            let full = try HeadServer { handover in
                Self.expect(.refused, adopting: handover, with: UpgradeHead(bytes: handover.head), by: gateway)
            }
            let socket = try await WebSocketClient.connect("ws://\(first.address)/")
            #expect(try await Self.answer(from: full, to: Self.request).hasPrefix("HTTP/1.1 503 "))
            try await eventually(.seconds(20), "it is counted") { gateway.statistics.connectionsRefused == 1 }
            withExtendedLifetime(socket) {}
        }
        #expect(try await Self.answer(from: stopped, to: Self.request).hasPrefix("HTTP/1.1 503 "))
    }

    @Test func `adopted connections count for their address`() async throws {
        try await withEmbedded(.echo(limits: .init(maxConnectionsPerAddress: 1))) { gateway in
            let server = try HeadServer { handover in
                try? gateway.adopt(descriptor: handover.descriptor, head: UpgradeHead(bytes: handover.head))
            }
            let first = try await WebSocketClient.connect("ws://\(server.address)/")
            await #expect(throws: (any Error).self) { try await WebSocketClient.connect("ws://\(server.address)/") }
            #expect(gateway.statistics.connectionsRefused == 1)
            first.cut()
            try await eventually(.seconds(20), "there is room again") { gateway.statistics.connections == 0 }
            withExtendedLifetime(try await WebSocketClient.connect("ws://\(server.address)/")) {}
        }
    }

    @Test func `what is no TCP connection is refused, and closed`() async throws {
        try await withEmbedded(.echo()) { gateway in
            var ends: [Int32] = [-1, -1]
            #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            defer { close(ends[1]) }
            let (descriptor, head) = (ends[0], UpgradeHead(target: "/"))
            await expectError(.invalidArgument) { try gateway.adopt(descriptor: descriptor, head: head) }
            var bytes = [UInt8](repeating: 0, count: 1024)
            var answer: [UInt8] = []
            while case let count = recv(ends[1], &bytes, bytes.count, 0), count > 0 { answer += bytes[..<count] }
            #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 400 "))
            await expectError(.invalidArgument) { try gateway.adopt(descriptor: 1_000_000, head: head) }
            try await eventually(.seconds(20), "nothing counts") { gateway.statistics.connections == 0 }
        }
    }

    @Test func `the end of the gateway says goodbye to adopted sockets too`() async throws {
        let sockets = Mailbox<WebSocketClient>()
        try await withEmbedded(.echo(loops: 3)) { gateway in
            let server = try HeadServer { handover in
                try? gateway.adopt(descriptor: handover.descriptor, head: UpgradeHead(bytes: handover.head))
            }
            for _ in 0..<3 { sockets.push(try await WebSocketClient.connect("ws://\(server.address)/")) }
        }
        for socket in sockets.pending {
            #expect(try await socket.next() == .close(1001, "server is going down"))
            #expect(try await socket.next() == .end)
        }
    }

    static let request = """
        GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
        """

    /// The head of the answer to a request that gets no socket.
    private static func answer(from server: HeadServer, to request: String) async throws -> String {
        let refusal = await #expect(throws: WebSocketClient.Refused.self) {
            _ = try await WebSocketClient.connect(toAddress: server.address, sending: Array(request.utf8))
        }
        return try #require(refusal).description
    }

    private static func expect(
        _ code: GatewayError.Code,
        adopting handover: HeadServer.Handover,
        with head: UpgradeHead,
        by gateway: Gateway
    ) {
        do throws(GatewayError) {
            try gateway.adopt(descriptor: handover.descriptor, head: head)
            Issue.record("it was taken")
        } catch {
            #expect(error.code == code)
        }
    }
}

/// Runs a gateway, which may listen nowhere, while `body` runs.
func withEmbedded(_ gateway: Gateway, _ body: @Sendable (Gateway) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await gateway.run() }
        defer { group.cancelAll() }
        _ = try await gateway.listeningAddresses()
        try await body(gateway)
        group.cancelAll()
        try await group.waitForAll()
    }
}
