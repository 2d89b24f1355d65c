import GatewayKit
import ServerCore
import Testing

struct UpgradeRequestTests {
    @Test func `the query's parts are decoded, in order`() throws {
        let request = try Self.request("/?a=1&b=x+y%20z&c&&=e&b=%C3%A4&d=%zz%4&f=g=h&%61=")
        let expected = ["a:1", "b:x y z", "c:", ":e", "b:ä", "d:%zz%4", "f:g=h", "a:"]
        #expect(request.queryItems.map { "\($0.name):\($0.value)" } == expected)
        #expect(request.queryValue("b") == "x y z" && request.queryValue("none") == nil)
        #expect(try Self.request("/").queryItems.isEmpty)
    }

    @Test func `cookies are read from all fields, with and without quotes`() throws {
        let request = try Self.request(
            "/",
            [("Cookie", "a=1; b=\"x y\";c==d ;=e; f; g="), ("cookie", "a=2;\th=\""), ("X-Cookie", "z=1")]
        )
        #expect(request.cookies.map { "\($0.name):\($0.value)" } == ["a:1", "b:x y", "c:=d", "g:", "a:2", "h:\""])
        #expect(request.cookie("a") == "1" && request.cookie("f") == nil)
    }

    @Test func `origin, subprotocols and every header field are there`() throws {
        let fields = [
            ("origin", "https://example.org"), ("Sec-WebSocket-Protocol", "chat.v2, chat.v1"),
            ("sec-websocket-protocol", "x y, last"),
        ]
        let request = try Self.request("/a%20b?c", fields)
        #expect(request.origin == "https://example.org" && request.path == "/a b" && request.query == "c")
        #expect(request.subprotocols == ["chat.v2", "chat.v1", "last"] && request.subprotocol == nil)
        #expect(request.values(of: "ORIGIN") == ["https://example.org"])
        #expect(request.headers.map(\.name) == ["Host"] + fields.map(\.0))
        #expect(request.peerAddress == "192.0.2.1:5")
    }

    private static func request(_ target: String, _ fields: [(String, String)] = []) throws -> UpgradeRequest {
        let lines = ["GET \(target) HTTP/1.1", "Host: a"] + fields.map { "\($0): \($1)" } + ["", ""]
        var parser = RequestParser()
        let step = try parser.next(Array(lines.joined(separator: "\r\n").utf8).span)
        guard case .head(let head) = step.event else { throw Unexpected(description: "no head: \(step)") }
        return UpgradeRequest(head, peer: SocketAddress("192.0.2.1:5")!)
    }
}
