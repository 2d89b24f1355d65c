import ChatAPIKit
import PlatformCore
import Testing

struct APIRequestTests {
    @Test func `every answer carries an id of its own and the headers that keep browsers safe`() async throws {
        let api = try APIFixture(StubChatStore())
        var ids: Set<String> = []
        for path in ["/healthz", "/", "/nothing", "/api/chat/conversations"] {
            let response = await api.send("GET", path)
            #expect(response.header("X-Content-Type-Options") == "nosniff")
            #expect(response.header("Referrer-Policy") == "no-referrer")
            #expect(response.header("Content-Security-Policy")?.contains("default-src 'none'") == true)
            #expect(response.header("Cache-Control") == (path == "/" ? "no-cache" : "no-store"))
            ids.insert(try #require(response.header("X-Request-Id")))
        }
        #expect(ids.count == 4)
    }

    @Test func `what a server refuses by itself has the form of every other error`() throws {
        let response = try APIFixture(StubChatStore()).api.refusal(status: 431, reason: "the head is too large")
        #expect(response.error == "431 headers_too_large")
        #expect(response.header("X-Request-Id") != nil)
        #expect(response.header("X-Content-Type-Options") == "nosniff")
    }

    @Test func `being alive needs no token`() async throws {
        let response = try await APIFixture(StubChatStore()).send("GET", "/healthz", as: nil)
        #expect(response.status == 200)
        #expect(await response.text == #"{"status":"ok"}"#)
    }

    @Test(arguments: [[], ["a b"], ["a", "a"], ["a/b"], ["evil.example\r\nX: y"]])
    func `a Host that is none is refused before anything else`(hosts: [String]) async throws {
        let api = try APIFixture(StubChatStore()).api
        let request = ChatRequest(method: "GET", path: "/", headers: hosts.map { (name: "Host", value: $0) })
        #expect(await api.respond(to: request).error == "400 bad_host")
    }

    @Test func `an unknown path is 404, a wrong method 405 with those that are right`() async throws {
        let api = try APIFixture(StubChatStore())
        #expect(await api.send("GET", "/api/chat/nothing").error == "404 not_found")
        let response = await api.send("GET", "/api/chat/send")
        #expect(response.error == "405 method_not_allowed")
        #expect(response.header("Allow") == "POST")
        #expect(await api.send("OPTIONS", "/api/chat/config").header("Allow") == "GET, HEAD")
    }

    @Test func `errors have a code, a message and details`() async throws {
        let response = try await APIFixture(StubChatStore()).send("GET", "/nothing")
        #expect(
            await response.text
                == #"{"error":{"code":"not_found","message":"There is no such thing here.","details":null}}"#
        )
        #expect(response.header("Content-Type") == "application/json")
    }

    @Test func `a body that is not said to be JSON is refused`() async throws {
        let api = try APIFixture(StubChatStore())
        for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
            let response = await api.send(
                "POST",
                "/api/chat/send",
                #"{"content":"a"}"#,
                headers: [(name: "Content-Type", value: type)]
            )
            #expect(response.error == "415 unsupported_media_type")
        }
        #expect(await api.send("POST", "/api/chat/send").error == "415 unsupported_media_type")
        api.store.state.withLock { $0.send = .stored(Make.sent()) }
        for charset in ["Application/JSON ; charset=utf-8", #"application/json;v=1; Charset="UTF-8""#] {
            let type = (name: "content-type", value: charset)
            #expect(await api.send("POST", "/api/chat/send", #"{"content":"a"}"#, headers: [type]).status == 202)
        }
    }

    @Test func `JSON in another charset is refused, and why is said`() async throws {
        let api = try APIFixture(StubChatStore())
        for charset in ["latin1", "\"ISO-8859-1\"", "utf-16"] {
            let response = await api.send(
                "POST",
                "/api/chat/send",
                #"{"content":"a"}"#,
                headers: [(name: "Content-Type", value: "application/json; charset=\(charset)")]
            )
            #expect(response.error == "415 unsupported_media_type")
            #expect(response.json["error"]?["message"]?.text?.contains("UTF-8") == true)
        }
        #expect(api.store.state.withLock { $0.sent.isEmpty })
    }

    @Test(arguments: [
        ("{", "400 malformed_json"), ("", "400 malformed_json"), ("[]", "400 malformed_json"),
        (#"{"content":"a",}"#, "400 malformed_json"),
        (
            #"{"content":"a","x":\#(String(repeating: "[", count: 40))\#(String(repeating: "]", count: 40))}"#,
            "400 json_too_deep"
        ),
        (#"{"content":"\#(String(repeating: "a", count: 300_000))"}"#, "413 body_too_large"),
    ])
    func `a body that is no JSON object within the limits changes nothing`(body: String, error: String) async throws {
        let api = try APIFixture(StubChatStore())
        #expect(await api.send("POST", "/api/chat/send", body).error == error)
        #expect(api.store.calls.isEmpty)
    }

    @Test func `a broken store is 500 with the id that the log has, and no cause`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.state.withLock { $0.isBroken = true }
        let response = await api.send("GET", "/api/chat/conversations")
        #expect(response.error == "500 internal")
        #expect(await !response.text.contains("disk"))
        #expect(api.events.withLock { $0 } == ["request failed"])
    }

    @Test func `a prefix stands before every path`() async throws {
        let api = try APIFixture(StubChatStore()) { $0.pathPrefix = "/assistant" }
        #expect(await api.send("GET", "/assistant/api/chat/conversations").status == 200)
        #expect(await api.send("GET", "/assistant/").status == 200)
        for path in ["/api/chat/conversations", "/assistantX/api/chat/config", "/assistant", "/"] {
            #expect(await api.send("GET", path).error == "404 not_found")
        }
    }

    @Test func `HEAD is answered as GET`() async throws {
        #expect(try await APIFixture(StubChatStore()).send("HEAD", "/api/chat/conversations").status == 200)
    }

    @Test func `a page of another origin may read nothing unless it is allowed`() async throws {
        let origin = (name: "Origin", value: "https://www.example.com")
        let closed = try APIFixture(StubChatStore())
        #expect(
            await closed.send("GET", "/api/chat/config", headers: [origin]).header("Access-Control-Allow-Origin") == nil
        )
        let asks = [origin, (name: "Access-Control-Request-Method", value: "POST")]
        #expect(await closed.send("OPTIONS", "/api/chat/send", headers: asks).error == "403 origin_not_allowed")

        let open = try APIFixture(StubChatStore()) { $0.allowedOrigins = ["https://WWW.example.com"] }
        let read = await open.send("GET", "/api/chat/config", headers: [origin])
        #expect(read.header("Access-Control-Allow-Origin") == "https://www.example.com")
        #expect(read.header("Vary") == "Origin")
        let preflight = await open.send("OPTIONS", "/api/chat/send", as: nil, headers: asks)
        #expect(preflight.status == 204)
        #expect(preflight.header("Access-Control-Allow-Methods") == "POST")
        #expect(preflight.header("Access-Control-Allow-Headers") == "Authorization, Content-Type, Last-Event-ID")
        let other = [(name: "Origin", value: "https://www.example.com.evil.example")]
        #expect(await open.send("GET", "/healthz", headers: other).header("Access-Control-Allow-Origin") == nil)
        #expect(await open.send("GET", "/healthz", headers: other).header("Vary") == "Origin")
    }
}
