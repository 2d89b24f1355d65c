import PlatformCore
import ServerCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct HTTPServerLimitTests {
    @Test(arguments: [
        (400, "GET / HTTP/1.1\r\n\r\n"),
        (
            400,
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\n"
        ),
        (413, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n"),
        (414, "GET /<9000> HTTP/1.1\r\nHost: x\r\n\r\n"),
        (431, "GET / HTTP/1.1\r\nHost: x\r\nX: <17000>\r\n\r\n"),
        (505, "GET / HTTP/3.0\r\nHost: x\r\n\r\n"),
    ])
    func `what is refused gets its status, and the connection ends`(status: Int, request: String) async throws {
        let events = Lock<[HTTPServerEvent]>([])
        try await withServer(events: events, respond: echo) { address, _ in
            let client = try await RawClient(address)
            let filled = request.replacing("<9000>", with: filler(9000)).replacing("<17000>", with: filler(17_000))
            try await client.send(filled)
            let response = try await client.text()
            #expect(response.hasPrefix("HTTP/1.1 \(status) ") && response.contains("\r\nConnection: close\r\n"))
            #expect(!response.contains("evil"))
        }
        let refused = events.withLock {
            $0.compactMap { if case .refused(let violation, _) = $0 { violation.status } else { nil } }
        }
        #expect(refused == [status])
    }

    @Test func `a client that is still sending reads why it was refused`() async throws {
        try await withServer(respond: echo) { address, _ in
            let client = try await RawClient(address)
            let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n"
            try await client.send(Array(head.utf8) + [UInt8](repeating: 65, count: 3_000_000))
            #expect(try await client.text().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `a body of exactly the limit is taken`() async throws {
        let respond: HTTPServer.Responder = { .text("\($0.body.count)\n") }
        try await withServer(respond: respond) { address, _ in
            let client = try await RawClient(address)
            let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n"
            try await client.send(Array(head.utf8) + [UInt8](repeating: 65, count: 1 << 20))
            #expect(try await client.text(until: "\n").hasSuffix("\r\n\r\n1048576\n"))
        }
    }

    @Test(arguments: ["GET / HT", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"])
    func `a request that takes too long is told so`(begun: String) async throws {
        let times = HTTPServer.Configuration.make {
            $0.headTimeout = .seconds(1)
            $0.bodyTimeout = .seconds(1)
        }
        try await withServer(times, respond: echo) { address, _ in
            let client = try await RawClient(address)
            try await client.send(begun)
            #expect(try await client.text().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        }
    }

    @Test(arguments: ["", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n"])
    func `an idle connection is closed without a word`(before: String) async throws {
        let respond: HTTPServer.Responder = { _ in HTTPResponse(status: 204) }
        try await withServer(.make { $0.idleTimeout = .seconds(1) }, respond: respond) { address, _ in
            let client = try await RawClient(address)
            try await client.send(before)
            let text = try await client.text()
            #expect(before.hasPrefix("GET") ? text.hasPrefix("HTTP/1.1 204") : text.isEmpty)
            #expect(!text.contains("408"))
        }
    }

    @Test func `one connection too many is told so, and the others are served`() async throws {
        let events = Lock<[HTTPServerEvent]>([])
        try await withServer(.make { $0.maxConnections = 2 }, events: events, respond: echo) { address, _ in
            let clients = [try await RawClient(address), try await RawClient(address)]
            for client in clients {
                try await client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try await client.text(until: "GET /a |")
            }
            let third = try await RawClient(address)
            #expect(try await third.text().hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            for client in clients {
                try await client.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await client.text(until: "GET /b |").hasPrefix("HTTP/1.1 200"))
            }
        }
        #expect(events.withLock { $0.contains { if case .full = $0 { true } else { false } } })
    }

    @Test func `a client that asks and does not read is slowed down`() async throws {
        let answered = Lock(0)
        let respond: HTTPServer.Responder = { _ in
            answered.withLock { $0 += 1 }
            return HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 65, count: 100_000)))
        }
        try await withServer(respond: respond) { address, _ in
            let client = try await RawClient(address, receiveBuffer: 4096)
            let count = 500
            try await client.send(String(repeating: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", count: count))
            try await eventually(.seconds(60), "answers") { answered.withLock { $0 } > 2 }
            let first = answered.withLock { $0 }
            #expect(first < count)
            let received = try await client.read { $0.count >= count * 100_000 }
            #expect(received.count >= count * 100_000)
            #expect(answered.withLock { $0 } == count)
        }
    }

    private func filler(_ count: Int) -> String { String(repeating: "a", count: count) }
}
