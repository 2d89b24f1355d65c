import ChatAPIKit
import Testing

struct APIPageTests {
    @Test func `the page is served to anybody under the policy it needs`() async throws {
        let response = try await APIFixture(StubChatStore()).send("GET", "/", as: nil)
        #expect(response.status == 200)
        #expect(response.header("Content-Type") == "text/html; charset=utf-8")
        #expect(
            response.header("Content-Security-Policy")
                == "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                + "connect-src 'self' ws://chat.example:8282; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        #expect(await response.text.contains("<!doctype html>"))
    }

    @Test func `the policy names the gateway and the origin of the token URL`() async throws {
        let api = try APIFixture(StubChatStore()) {
            $0.gatewayURL = "wss://socket.example/chat?x=1"
            $0.tokenURL = "https://WWW.example.com:443/session/token?for=chat"
        }
        let policy = try #require(await api.send("GET", "/").header("Content-Security-Policy"))
        #expect(policy.contains("connect-src 'self' wss://socket.example/chat https://www.example.com; "))
    }

    @Test func `an address of IPv6, which a policy cannot name, is named by its scheme`() async throws {
        let host = [(name: "Host", value: "[::1]:8080")]
        let response = try await APIFixture(StubChatStore()).send("GET", "/", headers: host)
        #expect(response.header("Content-Security-Policy")?.contains("connect-src 'self' ws:; ") == true)
    }

    @Test func `a file that the browser has is not sent again`() async throws {
        let api = try APIFixture(StubChatStore())
        for (path, asset) in PageAssets.files {
            let first = await api.send("GET", path, as: nil)
            #expect(await first.text == String(decoding: asset.bytes, as: UTF8.self))
            let tag = try #require(first.header("ETag"))
            for known in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
                let again = await api.send("GET", path, headers: [(name: "If-None-Match", value: known)])
                #expect(again.status == 304)
                #expect(await again.text == "")
                #expect(again.header("ETag") == tag)
            }
            #expect(await api.send("GET", path, headers: [(name: "If-None-Match", value: "\"x\"")]).status == 200)
        }
        #expect(await api.send("POST", "/", "{}").error == "405 method_not_allowed")
    }

    @Test func `a site with a page of its own does without`() async throws {
        let api = try APIFixture(StubChatStore()) { $0.servesPage = false }
        #expect(await api.send("GET", "/").error == "404 not_found")
        #expect(await api.send("GET", "/api/chat/config").status == 200)
    }

    @Test func `the configuration tells a page what it needs`() async throws {
        let api = try APIFixture(StubChatStore())
        let expected =
            #"{"gateway_url":"ws://chat.example:8282","sign_in":{"development":false,"token_url":null},"#
            + #""limits":{"content_bytes":32768,"idempotency_key_bytes":128,"title_bytes":256,"system_prompt_bytes":8192,"#
            + #""page_size":100,"sends_per_minute":20,"running_replies":3},"models":[],"#
            + #""simulated":false}"#
        #expect(await api.send("GET", "/api/chat/config", as: nil).text == expected)

        let other = try APIFixture(StubChatStore()) {
            $0.gatewayURL = "wss://socket.example"
            $0.tokenURL = "/token"
            $0.isModelSimulated = true
            $0.developmentSignIn = api.signer
        }
        let json = await other.send("GET", "/api/chat/config", as: nil).json
        #expect(json["gateway_url"]?.text == "wss://socket.example")
        #expect(json["sign_in"]?.serialized == #"{"development":true,"token_url":"/token"}"#)
        #expect(json["simulated"]?.serialized == "true")
    }

    @Test func `a page that came by TLS dials by TLS`() async throws {
        let api = try APIFixture(StubChatStore()) { $0.gatewayPort = 443 }
        let headers = [(name: "Host", value: "Chat.example")]
        let request = ChatRequest(method: "GET", path: "/api/chat/config", headers: headers, isSecure: true)
        #expect(await api.api.respond(to: request).json["gateway_url"]?.text == "wss://chat.example:443")
    }

    @Test(arguments: [
        "http://a", "ws://", "ws://a b", "ws://a;script-src *", "ws://a/'x'", "a", "", "ws://a,b", "ws://ü",
        "wss://a\n",
    ])
    func `an address that no browser or policy takes is refused at the start`(address: String) {
        let error = #expect(throws: ChatError.self) {
            try APIFixture(StubChatStore()) { $0.gatewayURL = address }
        }
        #expect(error?.code == .configuration)
    }

    @Test func `other settings that cannot work are refused at the start`() {
        let wrong: [(inout ChatAPI.Configuration) -> Void] = [
            { $0.tokenURL = "javascript:alert(1)" }, { $0.tokenURL = "//evil.example/" }, { $0.tokenURL = "" },
            { $0.pathPrefix = "chat" }, { $0.pathPrefix = "/chat/" }, { $0.pathPrefix = "/" },
            { $0.allowedOrigins = ["https://a/"] }, { $0.allowedOrigins = ["a"] }, { $0.proof = .required(secret: "") },
        ]
        for configure in wrong {
            #expect(throws: ChatError.self) { try APIFixture(StubChatStore(), configure: configure) }
        }
    }
}
