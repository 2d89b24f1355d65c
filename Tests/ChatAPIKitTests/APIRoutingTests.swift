import ChatAPIKit
import Testing

struct APIRoutingTests {
    @Test(arguments: [
        ("example.com", "example.com", nil), ("Example.COM:80", "example.com", 80),
        ("127.0.0.1:8080", "127.0.0.1", 8_080),
        ("[::1]", "[::1]", nil), ("[::ffff:1.2.3.4]:65535", "[::ffff:1.2.3.4]", 65_535), ("a_b-c.d", "a_b-c.d", nil),
    ])
    func `a host with or without a port is read`(text: String, host: String, port: Int?) {
        #expect(HostHeader(text)?.host == host)
        #expect(HostHeader(text)?.port == port)
    }

    @Test(arguments: [
        "", ":80", "a:", "a:b", "a:65536", "a:-1", "a:123456", "a b", "a/b", "a@b", "a;b", "a,b", "[::1", "[]",
        "[g::1]",
        "[::1]x", "[::1]:", "::1", "a\r\nb", "ü.de", "a'b", "a\"", "a?b", "a#b", "%41",
        String(repeating: "a", count: 300),
    ])
    func `what is no host is refused`(text: String) {
        #expect(HostHeader(text) == nil)
    }

    @Test(arguments: ["localhost", "LOCALHOST:1", "127.0.0.1", "127.9.9.9:80", "[::1]:80"])
    func `loopback is known`(text: String) {
        #expect(HostHeader(text)?.isLoopback == true)
    }

    @Test(arguments: [
        "localhost.example.com", "127.0.0.1.example.com", "127.0.0", "127.-0.0.1", "[::2]", "10.0.0.1", "0.0.0.0",
    ])
    func `what only looks like loopback is not`(text: String) {
        #expect(HostHeader(text)?.isLoopback == false)
    }

    @Test func `an origin is compared without its scheme's own port`() {
        #expect(WebOrigin("https://Example.com:443/path?q")?.text == "https://example.com")
        #expect(WebOrigin("http://a:80") == WebOrigin("http://a"))
        #expect(WebOrigin("http://a:443") != WebOrigin("https://a"))
        #expect(WebOrigin("wss://a:8282/x")?.text == "wss://a:8282")
        for text in ["null", "", "a", "file:///x", "http://", "http://a b", "javascript://a", "http://u@a"] {
            #expect(WebOrigin(text) == nil)
        }
    }

    @Test func `every path of the table is found by its method`() {
        let table: [(String, String, Route)] = [
            ("POST", "/api/chat/bind", .bind), ("POST", "/api/chat/unbind", .unbind), ("POST", "/api/chat/send", .send),
            ("GET", "/api/chat/conversations", .conversations),
            ("GET", "/api/chat/conversations/c1", .conversation("c1")),
            ("PATCH", "/api/chat/conversations/c1", .change(conversation: "c1")),
            ("DELETE", "/api/chat/conversations/c1", .delete(conversation: "c1")),
            ("GET", "/api/chat/conversations/c1/messages", .messages(conversation: "c1")),
            ("GET", "/api/chat/conversations/c1/export", .export(conversation: "c1")),
            ("GET", "/api/chat/usage", .usage), ("GET", "/openapi.json", .description),
            ("POST", "/api/chat/messages/m1/edit", .edit(message: "m1")),
            ("DELETE", "/api/chat/messages/m1", .deleteMessage("m1")),
            ("GET", "/api/chat/replies/r-_1/log", .log(reply: "r-_1")),
            ("POST", "/api/chat/replies/r1/stop", .stop(reply: "r1")),
            ("POST", "/api/chat/replies/r1/regenerate", .regenerate(reply: "r1")),
            ("GET", "/api/chat/config", .configuration), ("POST", "/api/dev/sign-in", .developmentSignIn),
            ("GET", "/healthz", .health), ("GET", "/", .asset("/")), ("HEAD", "/app.js", .asset("/app.js")),
        ]
        for (method, path, route) in table {
            #expect(Route.match(method, path, assets: ["/", "/app.js"]) == .route(route))
        }
    }

    @Test(arguments: [
        "", "/api", "/api/", "/api/chat", "/api/chat/bind/", "//api/chat/bind", "/api/chat/conversations/",
        "/api/chat/conversations/a/b", "/api/chat/conversations/a.b", "/api/chat/replies/../log",
        "/api/chat/replies//log",
        "/api/chat/replies/a/b/log", "/healthz/", "/app.jsx", "/..", "/api/chat/Bind",
        "/api/chat/replies/\(String(repeating: "a", count: 65))/log", "/api/chat/replies/a\u{0}/log", "*",
    ])
    func `other paths are unknown`(path: String) {
        #expect(Route.match("GET", path, assets: ["/", "/app.js"]) == .unknown)
    }

    @Test func `a wrong method is told the right ones`() {
        #expect(Route.match("GET", "/api/chat/send", assets: []) == .wrongMethod(allowed: ["POST"]))
        #expect(
            Route.match("PUT", "/api/chat/conversations/a", assets: [])
                == .wrongMethod(allowed: ["GET", "PATCH", "DELETE", "HEAD"])
        )
    }

    @Test func `a query is read as forms write it`() {
        let query = QueryString("a=1&b=x%20y+z&c&a=2&d=%zz&e=%C3%28&%66=%C3%BC&g=%-1&h=%4")
        #expect(query["a"] == "1")
        #expect(query["b"] == "x y z")
        #expect(query["c"] == "")
        #expect(query["f"] == "\u{fc}")
        for name in ["d", "e", "g", "h", "z"] { #expect(query[name] == nil) }
    }
}
