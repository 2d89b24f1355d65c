import PlatformCore
import ServerCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct HTTPStreamingTests {
    @Test func `a streamed body comes in chunks as it is written, and the connection goes on`() async throws {
        let gate = Gate()
        let respond: HTTPServer.Responder = { _ in
            HTTPResponse(
                status: 200,
                body: .stream { writer in
                    try await writer.write("first")
                    try await writer.write("")
                    await gate.wait()
                    try await writer.write(String(repeating: "x", count: 20))
                }
            )
        }
        try await withServer(respond: respond) { address, _ in
            let client = try await RawClient(address)
            try await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let begin = try await client.text(until: "first\r\n")
            #expect(withoutDate(begin) == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
            await gate.open()
            #expect(
                try await client.text(until: "0\r\n\r\n") == "14\r\n\(String(repeating: "x", count: 20))\r\n0\r\n\r\n"
            )
            try await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await client.text(until: "0\r\n\r\n").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func `to HTTP 1.0 a streamed body ends with the connection`() async throws {
        let respond: HTTPServer.Responder = { _ in
            HTTPResponse(status: 200, body: .stream { try await $0.write("all") })
        }
        try await withServer(respond: respond) { address, _ in
            let client = try await RawClient(address)
            try await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(withoutDate(try await client.text()) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall")
        }
    }

    @Test func `a writer waits for a client that does not read`() async throws {
        let written = Lock(0)
        let piece = [UInt8](repeating: 65, count: 64 << 10)
        let count = 400
        let respond: HTTPServer.Responder = { _ in
            HTTPResponse(
                status: 200,
                body: .stream { writer in
                    for _ in 0..<count {
                        try await writer.write(piece)
                        written.withLock { $0 += 1 }
                    }
                }
            )
        }
        try await withServer(respond: respond) { address, _ in
            let client = try await RawClient(address, receiveBuffer: 4096)
            try await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            try await eventually(.seconds(60), "the first pieces") { written.withLock { $0 } > 2 }
            #expect(written.withLock { $0 } < count)
            let received = try await client.read { $0.suffix(5).elementsEqual("0\r\n\r\n".utf8) }
            #expect(received.count > count * piece.count)
            #expect(written.withLock { $0 } == count)
        }
    }

    @Test(arguments: [true, false])
    func `a stream is cancelled when its client leaves`(waitsInWrite: Bool) async throws {
        let ended = Lock<String?>(nil)
        let respond: HTTPServer.Responder = { _ in
            HTTPResponse(
                status: 200,
                body: .stream { writer in
                    try await writer.write("hello")
                    do {
                        if waitsInWrite {
                            while true { try await writer.write([UInt8](repeating: 65, count: 100_000)) }
                        }
                        try await Task.sleep(for: .seconds(60))
                    } catch {
                        ended.withLock { $0 = "\(error)" }
                        throw error
                    }
                }
            )
        }
        try await withServer(respond: respond) { address, _ in
            var client: RawClient? = try await RawClient(address, receiveBuffer: 4096)
            try await client?.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await client?.read { $0.suffix(7).elementsEqual("hello\r\n".utf8) || $0.count > 1000 }
            client = nil
            try await eventually(.seconds(60), "the cancelled stream") { ended.withLock { $0 != nil } }
        }
    }

    @Test func `a stream that fails closes the connection before its end`() async throws {
        let events = Lock<[HTTPServerEvent]>([])
        let respond: HTTPServer.Responder = { _ in
            HTTPResponse(
                status: 200,
                body: .stream { writer in
                    try await writer.write("half")
                    throw CancellationError()
                }
            )
        }
        try await withServer(events: events, respond: respond) { address, _ in
            let client = try await RawClient(address)
            try await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await client.text().hasSuffix("4\r\nhalf\r\n"))
        }
        #expect(events.withLock { $0.contains { if case .streamFailed("/") = $0 { true } else { false } } })
    }

    @Test func `a writer works from any executor, and not after its response`() async throws {
        let kept = Lock<HTTPBodyWriter?>(nil)
        let respond: HTTPServer.Responder = { _ in
            HTTPResponse(
                status: 200,
                body: .stream { writer in
                    kept.withLock { $0 = writer }
                    try await Task.detached { for _ in 0..<100 { try await writer.write("0123456789") } }.value
                }
            )
        }
        try await withServer(respond: respond) { address, _ in
            let client = try await RawClient(address)
            try await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let text = try await client.text(until: "0\r\n\r\n")
            #expect(text.split(separator: "\r\n").filter { $0 == "0123456789" }.count == 100)
            let writer = try #require(kept.withLock { $0 })
            await #expect(throws: HTTPClientGone.self) { try await writer.write("late") }
        }
    }
}
