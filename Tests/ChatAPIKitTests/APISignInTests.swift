import ChatAPIKit
import Testing

struct APISignInTests {
    private let path = "/api/dev/sign-in"
    private let local: [(name: String, value: String)] = [
        (name: "Host", value: "127.0.0.1:8080"), (name: "Origin", value: "http://127.0.0.1:8080"),
    ]

    @Test func `a name is enough on this machine, and its token is good`() async throws {
        let api = try enabled()
        let response = await api.send("POST", path, #"{"name":"Ada"}"#, as: nil, headers: local)
        #expect(response.status == 200)
        #expect(response.json["uid"]?.text == "Ada")
        let token = try #require(response.json["token"]?.text)
        let headers = [(name: "Authorization", value: "Bearer \(token)")]
        #expect(await api.send("GET", "/api/chat/conversations", headers: headers).status == 200)
        #expect(api.store.calls == ["conversations Ada - 50"])
    }

    @Test func `where it is not enabled there is no such path`() async throws {
        let api = try APIFixture(StubChatStore())
        for method in ["POST", "GET", "OPTIONS"] {
            #expect(await api.send(method, path, #"{"name":"Ada"}"#, as: nil, headers: local).error == "404 not_found")
        }
    }

    @Test(arguments: [
        ("Host", "chat.example"), ("Host", "127.0.0.1.example"), ("Origin", "http://evil.example"), ("Origin", "null"),
        ("Origin", ""), ("Content-Type", "text/plain"), ("Forwarded", "for=1.2.3.4"), ("X-Forwarded-For", "1.2.3.4"),
        ("x-forwarded-proto", "https"), ("X-Real-IP", "1.2.3.4"), ("Via", "1.1 proxy"),
    ])
    func `what may come from elsewhere finds nothing`(name: String, value: String) async throws {
        let headers = local.filter { $0.name != name } + [(name: name, value: value)]
        let response = try await enabled().send("POST", path, #"{"name":"Ada"}"#, as: nil, headers: headers)
        #expect(response.error == "404 not_found")
    }

    @Test func `without an Origin, or from another machine, nothing is found`() async throws {
        let api = try enabled()
        let host = [local[0]]
        #expect(await api.send("POST", path, #"{"name":"Ada"}"#, as: nil, headers: host).error == "404 not_found")
        var request = ChatRequest(method: "POST", path: path, headers: local, body: Array(#"{"name":"Ada"}"#.utf8))
        request.headers.append((name: "Content-Type", value: "application/json"))
        for peer in ["192.0.2.1:50000", "[2001:db8::1]:50000", ""] {
            request.peerAddress = peer
            #expect(await api.api.respond(to: request).error == "404 not_found")
        }
        request.peerAddress = "[::1]:50000"
        #expect(await api.api.respond(to: request).status == 200)
    }

    @Test(arguments: [
        ("{}", "missing"), (#"{"name":" "}"#, "blank"), (#"{"name":"0"}"#, "invalid"),
        (#"{"name":"a\u0007"}"#, "invalid"),
        (#"{"name":7}"#, "wrong_type"), (#"{"name":"\#(String(repeating: "a", count: 65))"}"#, "too_long"),
    ])
    func `a name that can be no user is refused`(body: String, problem: String) async throws {
        let response = try await enabled().send("POST", path, body, as: nil, headers: local)
        #expect(response.wrongFields == ["name \(problem)"])
    }

    private func enabled() throws -> APIFixture<StubChatStore> {
        let signer = try APIFixture(StubChatStore()).signer
        return try APIFixture(StubChatStore()) { $0.developmentSignIn = signer }
    }
}
