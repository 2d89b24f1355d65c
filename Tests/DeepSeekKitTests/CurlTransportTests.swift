import DeepSeekKit
import PlatformCore
import TestSupport
import Testing

/// The real transport against a server of plain bytes.
@Suite struct CurlTransportTests {
    private static let answer =
        RawServer.event(Chunk.start) + RawServer.event(Chunk.content("Be")) + RawServer.event(Chunk.content("cause 👋"))
        + RawServer.event(Chunk.finish()) + RawServer.event(Chunk.done) + "0\r\n\r\n"

    private static func client(
        _ server: RawServer,
        _ change: (inout DeepSeekClient.Configuration) -> Void = { _ in }
    ) -> DeepSeekClient {
        var configuration = DeepSeekClient.Configuration(baseURL: server.baseURL, retry: .quick)
        change(&configuration)
        return DeepSeekClient(apiKey: "sk-secret-key", configuration: configuration)
    }

    @Test func `an answer that comes byte by byte is whole`() async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.sendAtOnce()
            for byte in (RawServer.streamHead + Self.answer).utf8 { connection.write([byte]) }
        }
        let (events, error) = await Self.client(server).events()
        #expect(events.dropLast(2) == [.content("Be"), .content("cause 👋")])
        #expect(events.last == .finish(.stop))
        #expect(error == nil)
    }

    @Test func `requests one after the other use one connection`() async throws {
        let server = try RawServer { connection in
            while connection.readRequest() != nil { connection.write(RawServer.streamHead + Self.answer) }
        }
        let client = Self.client(server)
        for _ in 0..<5 { #expect(await client.events().0.last == .finish(.stop)) }
        #expect(server.accepted == 1)
    }

    @Test func `the request is a plain POST that expects nothing`() async throws {
        let seen = Lock<String?>(nil)
        let server = try RawServer { connection in
            let request = connection.readRequest()
            seen.withLock { $0 = request }
            connection.write(RawServer.streamHead + Self.answer)
        }
        let long = String(repeating: "long ", count: 4000)
        #expect(await Self.client(server).events(of: .make(long)).1 == nil)
        let request = try #require(seen.withLock { $0 })
        #expect(request.hasPrefix("POST /chat/completions HTTP/1.1\r\n"))
        #expect(request.contains("Authorization: Bearer sk-secret-key\r\n"))
        #expect(!request.lowercased().contains("expect:"))
        #expect(request.contains(long))
    }

    @Test func `a connection reset in mid-stream is a cut stream with what had arrived`() async throws {
        let mayReset = BlockingQueue<Void>()
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.write(RawServer.streamHead + RawServer.event(Chunk.content("Be")))
            _ = mayReset.take()
            connection.reset()
        }
        var iterator = Self.client(server).stream(.make()).makeAsyncIterator()
        #expect(try await iterator.next() == .content("Be"))
        _ = mayReset.push(())
        do throws(DeepSeekError) {
            _ = try await iterator.next()
            Issue.record("the stream went on")
        } catch {
            #expect(error.code == .streamCut)
            #expect(error.partial?.content == "Be")
        }
    }

    @Test func `a server that closes at once is tried three times`() async throws {
        let server = try RawServer { _ in }
        let (_, error) = await Self.client(server).events()
        #expect(error?.code == .streamCut)
        #expect(error?.attempts == 3)
        #expect(server.accepted == 3)
    }

    @Test func `nobody listening is a transport error after three attempts`() async throws {
        let url = try RawServer { _ in }.baseURL  // already gone again
        let client = DeepSeekClient(apiKey: "", configuration: .init(baseURL: url, retry: .quick))
        let (_, error) = await client.events()
        #expect(error?.code == .transport)
        #expect(error?.attempts == 3)
    }

    @Test func `a TLS handshake without an answer is a connect time-out`() async throws {
        let server = try RawServer { $0.waitForClose() }
        let client = DeepSeekClient(
            apiKey: "k",
            configuration: .init(
                baseURL: "https://127.0.0.1:\(server.port)",
                connectTimeout: .milliseconds(200),
                retry: .init(limit: 0)
            )
        )
        #expect(await client.events().1?.code == .timedOut(.connect))
    }

    @Test func `a head that does not come is a first-byte time-out`() async throws {
        let server = try RawServer { $0.waitForClose() }
        let (_, error) = await Self.client(server) { $0.firstByteTimeout = .milliseconds(200) }.events()
        #expect(error?.code == .timedOut(.firstByte))
        try await eventually(.seconds(20), "the connection is closed") { server.open == 0 }
    }

    @Test func `keep-alives without a word are a first-byte time-out`() async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.write(RawServer.streamHead)
            while connection.write(RawServer.chunk(": keep-alive\n\n")) { connection.pause(.milliseconds(20)) }
        }
        let (_, error) = await Self.client(server) {
            $0.firstByteTimeout = .milliseconds(300)
            $0.idleTimeout = .seconds(10)
        }.events()
        #expect(error?.code == .timedOut(.firstByte))
    }

    @Test func `silence in mid-stream is an idle time-out and closes the connection`() async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.write(RawServer.streamHead + RawServer.event(Chunk.content("Be")))
            connection.waitForClose()
        }
        let (_, error) = await Self.client(server) { $0.idleTimeout = .seconds(1) }.events()
        #expect(error?.code == .timedOut(.idle))
        #expect(error?.partial?.content == "Be")
        try await eventually(.seconds(20), "the connection is closed") { server.open == 0 }
    }

    @Test func `the total time ends an answer that goes on and on`() async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.write(RawServer.streamHead)
            while connection.write(RawServer.event(Chunk.content("on"))) { connection.pause(.milliseconds(10)) }
        }
        let (_, error) = await Self.client(server) { $0.totalTimeout = .milliseconds(300) }.events()
        #expect(error?.code == .timedOut(.total))
    }

    @Test func `cancelling the task closes the connection`() async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.write(RawServer.streamHead + RawServer.event(Chunk.content("Be")))
            connection.waitForClose()
        }
        let client = Self.client(server)
        let task = Task { await client.events() }
        try await eventually(.seconds(20), "the request arrives") { server.written > 0 }
        task.cancel()
        #expect(await task.value.1?.code == .cancelled)
        try await eventually(.seconds(20), "the connection is closed") { server.open == 0 }
    }

    @Test func `a task cancelled before it asks sends nothing that lasts`() async throws {
        let server = try RawServer { $0.waitForClose() }
        let client = Self.client(server)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await client.events()
        }
        #expect(await task.value.1?.code == .cancelled)
        try await eventually(.seconds(20), "the connection is closed") { server.open == 0 }
    }

    @Test func `leaving the loop closes the connection`() async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.write(RawServer.streamHead + RawServer.event(Chunk.content("Be")))
            connection.waitForClose()
        }
        let client = Self.client(server)
        for try await event in client.stream(.make()) {
            #expect(event == .content("Be"))
            break
        }
        try await eventually(.seconds(20), "the connection is closed") { server.open == 0 }
    }

    @Test func `a slow consumer holds the server back and still gets everything`() async throws {
        let pieces = 250
        let piece = RawServer.event(Chunk.content(String(repeating: "x", count: 64 << 10)))
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.write(RawServer.streamHead)
            for _ in 0..<pieces { guard connection.write(piece) else { return } }
            connection.write(RawServer.event(Chunk.finish()) + RawServer.event(Chunk.done) + "0\r\n\r\n")
        }
        var iterator = Self.client(server).stream(.make()).makeAsyncIterator()
        _ = try await iterator.next()
        // Held back means that the count stands still, far from the end.
        let last = Lock(-1)
        try await eventually(.seconds(20), "the server is held back") {
            try await Task.sleep(for: .milliseconds(100))
            let now = server.written
            return last.withLock { last in
                defer { last = now }
                return last == now
            }
        }
        #expect(server.written < pieces * piece.utf8.count * 3 / 4)
        var received = 64 << 10
        while let event = try await iterator.next() {
            if case .content(let text) = event { received += text.utf8.count }
        }
        #expect(received == pieces * (64 << 10))
    }

    @Test func `a redirect is not followed`() async throws {
        let server = try RawServer { connection in
            while connection.readRequest() != nil {
                connection.write("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
            }
        }
        let (_, error) = await Self.client(server).events()
        #expect(error?.code == .invalidRequest)
        #expect(error?.status == 302)
        #expect(server.accepted == 1)
    }

    @Test func `a head larger than allowed is refused`() async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n")
            for number in 0..<80 where !connection.write("X-\(number): \(String(repeating: "a", count: 1000))\r\n") {
                return
            }
            connection.write("\r\n")
        }
        #expect(await Self.client(server).events().1?.code == .decoding)
    }

    @Test func `what is not HTTP is a broken connection`() async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.write("SSH-2.0-OpenSSH_9.2\r\n")
        }
        #expect(await Self.client(server).events().1?.code == .streamCut)
    }

    @Test func `interim answers before the real one are passed over`() async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + RawServer.streamHead + Self.answer)
        }
        #expect(await Self.client(server).events().0.last == .finish(.stop))
    }

    @Test func `fifty streams at once share one thread and all end`() async throws {
        let server = try RawServer { connection in
            while connection.readRequest() != nil { connection.write(RawServer.streamHead + Self.answer) }
        }
        let client = Self.client(server)
        let ends = await withTaskGroup(of: ChatCompletionEvent?.self) { group in
            for _ in 0..<50 { group.addTask { await client.events().0.last } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(ends == Array(repeating: .finish(.stop), count: 50))
    }
}
