import PlatformCore
import ServerCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct HTTPServerTests {
    @Test(arguments: PollerKind.allCases)
    func `a request is answered, and the connection serves the next`(kind: PollerKind) async throws {
        try await withServer(.make { $0.poller = kind }, respond: echo) { address, _ in
            let client = try await RawClient(address)
            for number in 0..<3 {
                try await client.send("POST /a%20b?n=\(number) HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")
                let response = try await client.text(until: "body")
                #expect(
                    withoutDate(response)
                        == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 18\r\n\r\nPOST /a b n=\(number)|body"
                )
                #expect(response.contains("\r\nDate: ") && response.contains("\r\nX-Peer: 127.0.0.1:"))
            }
        }
    }

    @Test func `under TLS a request is answered, and the certificate can be exchanged`() async throws {
        let certificate = try TestCertificate()
        let server = HTTPServer(.make { $0.tls = TLSFiles(certificate) }, respond: echo)
        try server.bind()
        let port = try #require(SocketAddress(server.addresses[0])?.port)
        let running = Task { try await server.run() }
        var serials: Set<String> = []
        for _ in 0..<2 {
            let probe = try await TLSProbe(port: port, .init(authority: certificate.certificate))
            try await probe.send(Array("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
            var response: [UInt8] = []
            while let more = Optional(try await probe.receive()), !more.isEmpty { response += more }
            #expect(String(decoding: response, as: UTF8.self).hasSuffix("\r\n\r\nGET /a |"))
            serials.insert(await probe.agreement().serial)
            try certificate.renew()
            try server.reloadTLS()
        }
        #expect(serials.count == 2)
        running.cancel()
        try await within(.seconds(60), "the drained server") { try await running.value }
    }

    @Test func `pipelined requests are answered in order, though the first takes longest`() async throws {
        let gate = Gate()
        let respond: HTTPServer.Responder = { request in
            if request.path == "/0" { await gate.wait() } else { await gate.open() }
            return .text("[\(request.path)]")
        }
        try await withServer(respond: respond) { address, _ in
            let client = try await RawClient(address)
            let requests = (0..<20).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
            try await client.send(requests)
            let other = try await RawClient(address)
            try await other.send("GET /other HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await other.text(until: "[/other]").hasSuffix("[/other]"))
            let bodies = try await client.text(until: "[/19]").split(separator: "\r\n").filter { $0.hasPrefix("[") }
            #expect(bodies.map { $0.prefix { $0 != "H" } }.joined() == (0..<20).map { "[/\($0)]" }.joined())
        }
    }

    @Test func `a request may come byte by byte, and chunked`() async throws {
        try await withServer(.make { $0.headTimeout = .seconds(60) }, respond: echo) { address, _ in
            let client = try await RawClient(address)
            let request =
                "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
            for byte in Array(request.utf8) { try await client.send([byte]) }
            #expect(try await client.text(until: "PUT / |abcde").hasSuffix("\r\n\r\nPUT / |abcde"))
        }
    }

    @Test func `HEAD has GET's head and no body, and 204 and 304 have no body either`() async throws {
        let respond: HTTPServer.Responder = { request in
            var response = HTTPResponse.text("twelve bytes")
            if let status = Int(request.path.dropFirst()) { response.status = status }
            if request.path == "/stream" { response.body = .stream { try await $0.write("never") } }
            return response
        }
        try await withServer(respond: respond) { address, _ in
            let client = try await RawClient(address)
            for (request, expected) in [
                ("HEAD /", "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 12\r\n\r\n"),
                (
                    "HEAD /stream",
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
                ),
                ("GET /204", "HTTP/1.1 204 No Content\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"),
                ("GET /304", "HTTP/1.1 304 Not Modified\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"),
            ] {
                try await client.send("\(request) HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(withoutDate(try await client.text(until: "\r\n\r\n")) == expected)
            }
            try await client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(try await client.text().hasSuffix("Connection: close\r\n\r\ntwelve bytes"))
        }
    }

    @Test func `HTTP 1.0 closes behind the answer unless it asks otherwise`() async throws {
        try await withServer(respond: echo) { address, _ in
            let client = try await RawClient(address)
            try await client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.text(until: "GET /1 |").contains("\r\nConnection: keep-alive\r\n"))
            try await client.send("GET /2 HTTP/1.0\r\n\r\n")
            let response = try await client.text()
            #expect(response.hasSuffix("GET /2 |") && response.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test func `a client that waits for 100 gets it before it sends the body`() async throws {
        try await withServer(respond: echo) { address, _ in
            let client = try await RawClient(address)
            try await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await client.text(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send("ok")
            #expect(try await client.text(until: "ok").hasPrefix("HTTP/1.1 200 OK\r\n"))
            // A body that will be refused is not asked for.
            try await client.send(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n"
            )
            #expect(try await client.text().hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
        }
    }

    @Test func `a header that would break the head apart is not sent`() async throws {
        let events = Lock<[HTTPServerEvent]>([])
        let respond: HTTPServer.Responder = { request in
            switch request.path {
            case "/value": HTTPResponse(status: 200, headers: ["X": "a\r\nSet-Cookie: evil=1"])
            case "/name": HTTPResponse(status: 200, headers: ["X: y\r\nZ": "a"])
            case "/status": HTTPResponse(status: 101)
            default:
                HTTPResponse(
                    status: 200,
                    headers: ["Content-Length": "99", "Transfer-Encoding": "gzip", "date": "never"]
                )
            }
        }
        try await withServer(events: events, respond: respond) { address, _ in
            let client = try await RawClient(address)
            for path in ["/value", "/name", "/status"] {
                try await client.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                let response = try await client.text(until: "failed\n")
                #expect(response.hasPrefix("HTTP/1.1 500 ") && !response.contains("evil"))
            }
            try await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(
                withoutDate(try await client.text(until: "\r\n\r\n")) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            )
        }
        let invalid = events.withLock { $0.filter { if case .invalidResponse = $0 { true } else { false } } }
        #expect(invalid.count == 3)
    }

    @Test func `half a connection is enough to be answered`() async throws {
        try await withServer(respond: echo) { address, _ in
            let client = try await RawClient(address)
            try await client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3")
            client.endWriting()
            let text = try await client.text()
            #expect(text.contains("GET /1 |") && text.hasSuffix("GET /2 |"))
        }
    }

    @Test func `an address that cannot be taken is an error of run`() async throws {
        for text in ["nonsense", "192.0.2.1:0"] {
            let server = HTTPServer(.init(listen: text), respond: echo)
            await #expect(throws: SystemError.self) { try await server.run() }
        }
    }

    @Test(arguments: [
        (Int64(0), "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func `dates are written as HTTP wants them`(seconds: Int64, text: String) {
        #expect(HTTPDate.text(seconds) == text)
    }
}
