import ServerCore
import Testing

struct TrustedProxiesTests {
    @Test(
        arguments: [
            // Walked from the right, past those that are trusted.
            ("198.51.100.1", "198.51.100.1:0"), ("198.51.100.1, 10.0.0.2", "198.51.100.1:0"),
            ("1.1.1.1, 198.51.100.1, 10.0.0.2,10.0.0.3", "198.51.100.1:0"), ("10.0.0.3, 10.0.0.2", "10.0.0.3:0"),
            (" ,198.51.100.1 ,\t, ", "198.51.100.1:0"),
            // As proxies write addresses.
            ("198.51.100.1:4711", "198.51.100.1:4711"), ("2001:db8::7", "[2001:db8::7]:0"),
            ("[2001:db8::7]", "[2001:db8::7]:0"), ("[2001:db8::7]:4711", "[2001:db8::7]:4711"),
            ("::ffff:198.51.100.1", "198.51.100.1:0"), ("1.1.1.1, ::ffff:10.0.0.2", "1.1.1.1:0"),
            // What is no address ends the search.
            ("1.1.1.1, unknown, 10.0.0.2", "10.0.0.2:0"), ("1.1.1.1, 10.0.0.2x, 10.0.0.3", "10.0.0.3:0"),
            ("1.1.1.1, \"10.0.0.2\", 10.0.0.3", "10.0.0.3:0"), ("\", 198.51.100.1", "198.51.100.1:0"),
            ("1.1.1.1, fe80::1%1, 10.0.0.3", "10.0.0.3:0"), ("1.1.1.1, 10.0.0.2:, 10.0.0.3", "10.0.0.3:0"),
            ("1.1.1.1, 10.0.0.2:65536, 10.0.0.3", "10.0.0.3:0"), ("1.1.1.1, [10.0.0.2], 10.0.0.3", "10.0.0.3:0"),
            ("1.1.1.1, [::1, 10.0.0.3", "10.0.0.3:0"), ("1.1.1.1, [::1]x, 10.0.0.3", "10.0.0.3:0"),
            ("1.1.1.1, [::1]80, 10.0.0.3", "10.0.0.3:0"), ("1.1.1.1, 10.0.0.02, 10.0.0.3", "10.0.0.3:0"),
            ("", nil), ("unknown", nil), ("_hidden", nil), ("198.51.100.1 198.51.100.2", nil), (",", nil),
        ] as [(String, String?)]
    )
    func `X-Forwarded-For is read from the right`(field: String, client: String?) throws {
        #expect(try Self.client(["X-Forwarded-For": field]) == client)
    }

    @Test(
        arguments: [
            ("for=198.51.100.1", "198.51.100.1:0"), ("For=198.51.100.1;proto=https;by=10.0.0.1", "198.51.100.1:0"),
            ("proto=https; FOR=\"198.51.100.1:4711\" ;", "198.51.100.1:4711"),
            ("for=\"[2001:db8::7]\"", "[2001:db8::7]:0"),
            ("for=\"[2001:db8::7]:4711\"", "[2001:db8::7]:4711"),
            ("for=\"\\[2001:db8::7\\]:_a.b-c\"", "[2001:db8::7]:0"),
            ("for=1.1.1.1, for=198.51.100.1, for=10.0.0.2", "198.51.100.1:0"),
            ("for=1.1.1.1;host=\"a,b\", for=198.51.100.1;by=\"x\\\",for=2.2.2.2,\\\\\"", "198.51.100.1:0"),
            // An open quote on the left swallows nothing on the right.
            ("for=\"1.1.1.1, for=198.51.100.1", "198.51.100.1:0"), ("x=\"\\, for=198.51.100.1", "198.51.100.1:0"),
            ("for=\"1.1.1.1, for=10.0.0.2", "10.0.0.2:0"), ("for=1.1.1.1\", for=\"10.0.0.2\"", "10.0.0.2:0"),
            // What is no address, or malformed, ends the search.
            ("for=1.1.1.1, for=unknown, for=10.0.0.2", "10.0.0.2:0"),
            ("for=1.1.1.1, for=_gaz, for=10.0.0.2", "10.0.0.2:0"),
            ("for=1.1.1.1, proto=http, for=10.0.0.2", "10.0.0.2:0"),
            ("for=1.1.1.1, 10.0.0.3, for=10.0.0.2", "10.0.0.2:0"),
            ("for=1.1.1.1, for=2.2.2.2;for=10.0.0.3, for=10.0.0.2", "10.0.0.2:0"),
            ("for=1.1.1.1, for=10.0.0.3 proto=http, for=10.0.0.2", "10.0.0.2:0"),
            ("for=1.1.1.1, for = 10.0.0.3, for=10.0.0.2", "10.0.0.2:0"),
            ("for=1.1.1.1, for=, for=10.0.0.2", "10.0.0.2:0"),
            ("for=1.1.1.1, for=\"\", for=10.0.0.2", "10.0.0.2:0"),
            ("for=1.1.1.1, for=[::1], for=10.0.0.2", "10.0.0.2:0"),
            ("for=1.1.1.1, for=10.0.0.3:80, for=10.0.0.2", "10.0.0.2:0"),
            ("for=1.1.1.1, =10.0.0.3, for=10.0.0.2", "10.0.0.2:0"),
            ("", nil), ("for=unknown", nil), ("for=\"198.51.100.1", nil), ("for=\"198.51.100.1\\\"", nil), ("for", nil),
        ] as [(String, String?)]
    )
    func `Forwarded is read from the right`(field: String, client: String?) throws {
        #expect(try Self.client(["Forwarded": field]) == client)
    }

    @Test func `several lines are one list, and X-Forwarded-For goes before Forwarded`() throws {
        #expect(
            try Self.client(["X-Forwarded-For": "1.1.1.1, 198.51.100.1", "x-forwarded-for": "10.0.0.2"])
                == "198.51.100.1:0"
        )
        #expect(try Self.client(["Forwarded": "for=198.51.100.1", "forwarded": "for=10.0.0.2"]) == "198.51.100.1:0")
        #expect(try Self.client(["Forwarded": "for=\"1.1.1.1", "forwarded": "for=\"10.0.0.2\""]) == "10.0.0.2:0")
        #expect(try Self.client(["Forwarded": "for=1.1.1.1", "X-Forwarded-For": "198.51.100.1"]) == "198.51.100.1:0")
        #expect(try Self.client(["Forwarded": "for=1.1.1.1", "X-Forwarded-For": "unknown"]) == nil)
    }

    @Test(arguments: ["198.51.100.9:80", "[2001:db8::1]:80", "11.0.0.1:80"])
    func `a peer that is not trusted is not believed`(peer: String) throws {
        let headers: HTTPHeaders = ["Forwarded": "for=1.1.1.1", "X-Forwarded-For": "1.1.1.1"]
        #expect(try Self.client(headers, peer: peer) == nil)
    }

    @Test func `loopback and private are names of networks`() throws {
        let proxies = try TrustedProxies(["loopback", "private", "203.0.113.7"])
        for text in [
            "127.3.2.1:1", "[::1]:1", "10.1.1.1:1", "172.31.0.1:1", "192.168.0.1:1", "169.254.1.1:1", "[fd00::1]:1",
            "[fe80::1]:1", "203.0.113.7:1", "[::ffff:10.1.1.1]:1",
        ] {
            #expect(try proxies.trusts(#require(SocketAddress(text))), "\(text)")
        }
        for text in ["172.32.0.1:1", "[2001:db8::1]:1", "[::2]:1", "203.0.113.8:1", "0.0.0.0:1"] {
            #expect(try !proxies.trusts(#require(SocketAddress(text))), "\(text)")
        }
        #expect(try !TrustedProxies(["private"]).trusts(#require(SocketAddress("127.0.0.1:1"))))
    }

    @Test func `an entry that is none is named`() {
        let error = #expect(throws: TrustedProxies.UnknownEntry.self) {
            try TrustedProxies(["loopback", "proxy.example", "another"])
        }
        #expect(error?.text == "proxy.example")
    }

    @Test func `whatever clients send before it, what the proxy has added counts`() throws {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "\"", "\\", ",", ";", "=", " ", "\t", "for=", "for=\"", "10.0.0.1", "1.1.1.1", "[::1]", "unknown", "_x",
            ":80",
            "\\\"", "proto=http", "ä", "[", "]", "for=10.0.0.9,",
        ]
        let ends = [
            ("for=198.51.100.1", "198.51.100.1:0"), ("for=\"[2001:db8::7]:1\";by=\"a\\\\\\\",b\"", "[2001:db8::7]:1"),
            ("for=198.51.100.1, for=\"10.0.0.2:_p\";proto=https", "198.51.100.1:0"),
        ]
        for round in 0..<3000 {
            let made = (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random)! }
            let (end, client) = ends[round % ends.count]
            let field = "\(made.joined()), \(end)"
            #expect(try Self.client(["Forwarded": field]) == client, "\(field)")
            #expect(
                try Self.client(["X-Forwarded-For": "\(made.joined()),198.51.100.1"]) == "198.51.100.1:0",
                "\(made)"
            )
        }
    }

    @Test func `a field that is cut anywhere, or has any byte anywhere, names nobody but who is in it`() throws {
        let field = "for=\"[2001:db8::7]:4711\";proto=https, for=10.0.0.2"
        let bytes = Array(field.utf8)
        for index in bytes.indices {
            _ = try Self.client(["Forwarded": String(decoding: bytes[..<index], as: UTF8.self)])
            for byte in UInt8.min...UInt8.max {
                var changed = bytes
                changed[index] = byte
                _ = try Self.client(["Forwarded": String(decoding: changed, as: UTF8.self)])
                _ = try Self.client(["X-Forwarded-For": String(decoding: changed, as: UTF8.self)])
            }
            // Behind a proxy's comma nothing changes what it says.
            guard index < bytes.count - 14 else { continue }
            var changed = bytes
            changed[index] = UInt8(ascii: "\"")
            let client = try Self.client(["Forwarded": String(decoding: changed, as: UTF8.self)])
            #expect(client == "10.0.0.2:0" || client == "[2001:db8::7]:4711", "\(index)")
        }
    }

    private static func client(_ headers: HTTPHeaders, peer: String = "10.0.0.1:4000") throws -> String? {
        let proxies = try TrustedProxies(["10.0.0.0/8"])
        return try proxies.client(of: headers, peer: #require(SocketAddress(peer))).map { "\($0)" }
    }
}
