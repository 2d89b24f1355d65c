import ServerCore
import Testing

struct RequestParserTests {
    /// Requests of every kind, one behind the other on a connection.
    private static let stream = """
        GET /a%20b?x=1&y=%2F HTTP/1.1\r
        Host: example.com:8080\r
        Accept: */*\r
        accept:  text/html \r
        Empty:\r
        \r
        POST /p HTTP/1.1\r
        Host: [::1]\r
        Content-Length: 5\r
        \r
        hello\r
        PUT http://other.example/x HTTP/1.1\r
        Host: ignored\r
        Transfer-Encoding: Chunked\r
        Expect: 100-Continue\r
        \r
        4;name="va;lue"\r
        wiki\r
        00a\r
        0123456789\r
        0\r
        Trailer: thrown away\r
        \r
        OPTIONS * HTTP/1.1\r
        Host:\r
        Connection: x, close\r
        \r
        GET / HTTP/1.0\r
        Connection: Keep-Alive\r
        \r

        """

    @Test func `requests are read one behind the other`() throws {
        let requests = try RequestFeed.parse(Self.stream)
        try #require(requests.count == 5)
        let (get, post, put) = (requests[0].head, requests[1].head, requests[2].head)
        #expect(get.method == "GET" && get.target == "/a%20b?x=1&y=%2F")
        #expect(get.path == "/a b" && get.query == "x=1&y=%2F")
        #expect(get.headers.values("ACCEPT") == ["*/*", "text/html"])
        #expect(get.headers["empty"] == "" && get.headers["none"] == nil)
        #expect(get.keepsAlive && get.framing == .none && !get.expectsContinue)
        #expect(post.framing == .length(5) && requests[1].body == Array("hello".utf8))
        #expect(put.path == "/x" && put.headers.values("Host") == ["other.example"])
        #expect(put.framing == .chunked && put.expectsContinue)
        #expect(requests[2].body == Array("wiki0123456789".utf8))
        #expect(requests[3].head.path == "*" && !requests[3].head.keepsAlive)
        #expect(requests[4].head.minorVersion == 0 && requests[4].head.keepsAlive)
    }

    @Test func `the pieces do not matter: byte by byte, and cut at every index`() throws {
        let bytes = Array(Self.stream.utf8)
        let whole = try RequestFeed.parse([bytes[...]])
        #expect(try RequestFeed.parse(bytes.indices.map { bytes[$0...$0] }) == whole)
        for cut in 0...bytes.count {
            #expect(try RequestFeed.parse([bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
        }
    }

    @Test func `bytes behind the head stay with the caller`() throws {
        let bytes = Array(
            "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\r\n\u{1}\u{2}"
                .utf8
        )
        var parser = RequestParser()
        let step = try parser.next(bytes.span)
        #expect(step.consumed == bytes.count - 2)
        guard case .head(let head) = step.event else { throw RequestViolation(0, "no head") }
        #expect(head.headers.contains("upgrade", in: "Connection") && head.headers.contains("WebSocket", in: "Upgrade"))
    }

    @Test func `an encoded slash stays one, and each escape is decoded once`() throws {
        let request = try #require(try RequestFeed.parse("GET /a%2fb%2525/%E2%82%AC HTTP/1.1\r\nHost: a\r\n\r\n").first)
        #expect(request.head.path == "/a%2Fb%25/€")
    }

    @Test func `empty lines before a request are ignored, and do not begin one`() throws {
        var parser = RequestParser()
        _ = try parser.next(Array("\r\n\r\n".utf8).span)
        #expect(!parser.isInRequest)
        _ = try parser.next(Array("G".utf8).span)
        #expect(parser.isInRequest)
        #expect(try RequestFeed.parse("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").count == 1)
    }

    @Test(arguments: [
        (400, "GET / HTTP/1.1\nHost: a\n\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX: \u{7f}\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: user@a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        (400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        (400, "GET /\r\nHost: a\r\n\r\n"),
        (400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET / http/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
        (505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        (505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        (501, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET http:///b HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /a/%2e%2E/b HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /../b HTTP/1.1\r\nHost: a\r\n\r\n"),
        (417, "POST / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nContent-Length: 1\r\n\r\n"),
    ])
    func `a malformed head is refused, whole or byte by byte`(status: Int, text: String) {
        #expect(RequestFeed.refusal(text) == status)
        let bytes = Array(text.utf8)
        let error = #expect(throws: RequestViolation.self) {
            try RequestFeed.parse(bytes.indices.map { bytes[$0...$0] })
        }
        #expect(error?.status == status)
    }

    @Test(arguments: [
        (400, "Content-Length: 5\r\nTransfer-Encoding: chunked"),
        (400, "Transfer-Encoding: chunked\r\nContent-Length: 0"),
        (400, "Content-Length: 5\r\nContent-Length: 6"),
        (400, "Content-Length: 5\r\nContent-Length: 5"),
        (400, "Content-Length: 5, 5"),
        (400, "Content-Length: +5"),
        (400, "Content-Length: -5"),
        (400, "Content-Length: 0x5"),
        (400, "Content-Length: 5 5"),
        (400, "Content-Length:"),
        (413, "Content-Length: 99999999999999999999"),
        (413, "Content-Length: 1048577"),
        (400, "Transfer-Encoding: chunked, chunked"),
        (400, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        (400, "Transfer-Encoding: chunked, gzip"),
        (400, "Transfer-Encoding: identity"),
        (400, "Transfer-Encoding:"),
        (400, "Transfer-Encoding: \u{b}chunked"),
        (400, "Transfer-Encoding: xchunked"),
        (501, "Transfer-Encoding: gzip, chunked"),
    ])
    func `framing that two servers could read differently is refused`(status: Int, fields: String) {
        #expect(RequestFeed.refusal("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n0\r\n\r\n") == status)
    }

    @Test func `HTTP 1.0 has no chunks`() {
        #expect(RequestFeed.refusal("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400)
    }

    @Test(arguments: [
        (400, "\r\n"), (400, "x\r\n"), (400, "-1\r\n"), (400, "+1\r\n"), (400, "0x1\r\na\r\n"), (400, "1 \r\na\r\n"),
        (400, " 1\r\na\r\n"), (400, "1\na\r\n"), (400, "1;a\rb\r\n"), (400, "1\r\nab\r\n"), (400, "1\r\na\n0\r\n\r\n"),
        (400, "1\r\na0\r\n\r\n"), (400, "0\r\nbad trailer\r\n\r\n"), (400, "0\r\n folded\r\n\r\n"),
        (413, "fffffffffffffffff\r\n"),
    ])
    func `malformed chunks are refused`(status: Int, body: String) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(RequestFeed.refusal(head + body) == status)
    }

    @Test(arguments: [
        "", ":80", "a", "a:", "a:65535", "[::1]", "[::1]:", "[::ffff:1.2.3.4]:8080", "a-b.c_~!$&'()*+,;=%20",
    ])
    func `a Host is a name or an address, with or without a port`(host: String) {
        #expect(RequestFeed.refusal("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == nil)
    }

    @Test(arguments: [
        "a:65536", "a:x", "a:b:80", "a:80:80", "a::", "[", "[]", "[::1", "::1", "[::1]80", "[::1]:x", "[g]", "[a]]",
        "a]",
        "a[", "a@b", "a\u{e9}",
    ])
    func `what is no Host is refused`(host: String) {
        #expect(RequestFeed.refusal("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == 400)
        #expect(RequestFeed.refusal("GET http://\(host)/ HTTP/1.1\r\nHost: a\r\n\r\n") == 400)
    }

    @Test(arguments: [(1022, nil), (1023, 400)])
    func `a chunk's size line has one limit, whole or byte by byte`(filler: Int, status: Int?) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let text = head + "1;\(String(repeating: "e", count: filler))\r\na\r\n0\r\n\r\n"
        let bytes = Array(text.utf8)
        let single = Result { () throws(RequestViolation) in
            try RequestFeed.parse(bytes.indices.map { bytes[$0...$0] }).count
        }
        #expect(RequestFeed.refusal(text) == status)
        switch single {
        case .success(let count): #expect(status == nil && count == 1)
        case .failure(let violation): #expect(violation.status == status)
        }
    }

    @Test func `chunk extensions and trailers have an end`() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(RequestFeed.refusal(head + "1;\(String(repeating: "e", count: 2000))\r\n") == 400)
        #expect(RequestFeed.refusal(head + "0\r\n\(String(repeating: "T: x\r\n", count: 4000))\r\n") == 431)
    }

    @Test func `limits hold at their edge`() {
        let limits = RequestParser.Limits(head: 200, target: 50, body: 10)
        func head(_ target: Int, _ filler: Int) -> String {
            "GET /\(String(repeating: "a", count: target - 1)) HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "b", count: filler))\r\n\r\n"
        }
        let rest = head(1, 0).utf8.count
        #expect(RequestFeed.refusal(head(50, 10), limits: limits) == nil)
        #expect(RequestFeed.refusal(head(51, 10), limits: limits) == 414)
        #expect(RequestFeed.refusal(head(1, 200 - rest), limits: limits) == nil)
        #expect(RequestFeed.refusal(head(1, 201 - rest), limits: limits) == 431)
        #expect(RequestFeed.refusal("GET /" + String(repeating: "a", count: 150), limits: limits) == 414)
        #expect(
            RequestFeed.refusal(
                "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 30),
                limits: limits
            ) == 431
        )
        let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(RequestFeed.refusal(chunked + "5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n", limits: limits) == nil)
        #expect(RequestFeed.refusal(chunked + "5\r\nhello\r\n6\r\nworlds\r\n0\r\n\r\n", limits: limits) == 413)
        #expect(RequestFeed.refusal("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", limits: limits) == 413)
    }

    @Test func `too many fields are refused`() {
        let fields = String(repeating: "X: y\r\n", count: 100)
        #expect(RequestFeed.refusal("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n") == 431)
    }

    @Test func `random bytes never do worse than be refused`() {
        var generator = Generator(state: 42)
        let alphabet = Array("GET /HTP1.0:\r\n\r\n\r\nhosttransfer-encoding:chunked;5,\u{0}\u{ff} ".utf8)
        for _ in 0..<2000 {
            var bytes = Array("POST / HTTP/1.1\r\nHost: a\r\n".utf8)
            for _ in 0..<Int.random(in: 0..<60, using: &generator) {
                bytes.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
            }
            let whole = Result { () throws(RequestViolation) in try RequestFeed.parse([bytes[...]]) }
            let single = Result { () throws(RequestViolation) in
                try RequestFeed.parse(bytes.indices.map { bytes[$0...$0] })
            }
            switch (whole, single) {
            case (.success(let left), .success(let right)): #expect(left == right)
            case (.failure(let left), .failure(let right)): #expect(left.status == right.status)
            default: Issue.record("the pieces mattered: \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            }
        }
    }

    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }
}
