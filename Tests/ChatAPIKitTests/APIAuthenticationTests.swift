import ChatAPIKit
import PlatformCore
import Testing

struct APIAuthenticationTests {
    private static let paths: [(String, String)] = [
        ("POST", "/api/chat/bind"), ("POST", "/api/chat/unbind"), ("POST", "/api/chat/send"),
        ("GET", "/api/chat/conversations"), ("GET", "/api/chat/conversations/c1"),
        ("PATCH", "/api/chat/conversations/c1"), ("DELETE", "/api/chat/conversations/c1"),
        ("GET", "/api/chat/conversations/c1/messages"), ("GET", "/api/chat/replies/r1/log"),
        ("POST", "/api/chat/replies/r1/stop"), ("POST", "/api/chat/replies/r1/regenerate"),
    ]

    @Test(arguments: paths)
    func `nobody does anything without a token`(method: String, path: String) async throws {
        let api = try APIFixture(StubChatStore())
        let response = await api.send(method, path, "{}", as: nil)
        #expect(response.error == "401 token_missing")
        #expect(response.header("WWW-Authenticate") == "Bearer realm=\"hawk\"")
        #expect(api.store.calls.isEmpty)
        #expect(api.pusher.state.withLock { $0.bound.isEmpty })
    }

    @Test func `a token in the query is not looked at`() async throws {
        let api = try APIFixture(StubChatStore())
        let token = api.signer.makeToken(uid: "7", lifetime: .seconds(60))
        for query in ["token=\(token)", "access_token=\(token)"] {
            #expect(await api.send("GET", "/api/chat/conversations?\(query)", as: nil).error == "401 token_missing")
        }
    }

    @Test(arguments: ["Basic Nzo3", "Bearer", "Bearer ", "token", "", "Bearer a b"])
    func `another scheme is no token`(field: String) async throws {
        let api = try APIFixture(StubChatStore())
        let headers = [(name: "Authorization", value: field)]
        #expect(await api.send("GET", "/api/chat/conversations", headers: headers).error == "401 token_missing")
    }

    @Test func `the scheme's name comes in any case`() async throws {
        let api = try APIFixture(StubChatStore())
        let token = api.signer.makeToken(uid: "7", lifetime: .seconds(60))
        let headers = [(name: "authorization", value: "bearer  \(token)")]
        #expect(await api.send("GET", "/api/chat/conversations", headers: headers).status == 200)
    }

    @Test func `a forged, an expired and an early token are told apart, and none is echoed`() async throws {
        let api = try APIFixture(StubChatStore())
        let now = APIFixture<StubChatStore>.now
        let secret = APIFixture<StubChatStore>.secret
        let good = JSONWebToken(subject: "7", expiresAt: now + 60)
        let tokens = [
            (good.signed(with: Array("another secret of at least 32 bytes".utf8)), "401 token_invalid"),
            (JSONWebToken(subject: "7", expiresAt: now).signed(with: secret), "401 token_expired"),
            (
                JSONWebToken(subject: "7", expiresAt: now + 60, notBefore: now + 1).signed(with: secret),
                "401 token_not_yet_valid"
            ),
            ("e30.e30.e30", "401 token_invalid"),
        ]
        for (token, error) in tokens {
            let response = await api.send(
                "GET",
                "/api/chat/conversations",
                headers: [(name: "Authorization", value: "Bearer \(token)")]
            )
            #expect(response.error == error)
            #expect(response.header("WWW-Authenticate")?.contains("error=\"invalid_token\"") == true)
            #expect(await !response.text.contains(token))
        }
        #expect(api.store.calls.isEmpty)
    }

    @Test(arguments: ["", "0", String(repeating: "u", count: 129), "a\nb"])
    func `a subject that the gateway would not take is none`(uid: String) async throws {
        let api = try APIFixture(StubChatStore())
        #expect(await api.send("GET", "/api/chat/conversations", as: uid).error == "401 token_invalid")
    }

    @Test func `the subject is the user`() async throws {
        let api = try APIFixture(StubChatStore())
        let longest = String(repeating: "u", count: 128)
        for uid in ["7", "00", "jürgen@example.com", longest] {
            #expect(await api.send("GET", "/api/chat/conversations", as: uid).status == 200)
            #expect(api.store.calls.last == "conversations \(uid) - 50")
        }
    }

    @Test func `issuer and audience are checked where they are configured`() async throws {
        let secret = APIFixture<StubChatStore>.secret
        let clock = WallClock { 1_000_000 }
        let strict = try JWTAuthenticator(secret: secret, issuer: "site", audience: "chat", clock: clock)
        func uid(_ token: JSONWebToken) async -> String? {
            let field = (name: "Authorization", value: "Bearer \(token.signed(with: secret))")
            return try? await strict.uid(of: ChatRequest(method: "GET", path: "/", headers: [field]))
        }
        #expect(await uid(.init(subject: "7", expiresAt: 2_000, issuer: "site", audience: ["x", "chat"])) == "7")
        #expect(await uid(.init(subject: "7", expiresAt: 2_000, issuer: "other", audience: ["chat"])) == nil)
        #expect(await uid(.init(subject: "7", expiresAt: 2_000, issuer: "site", audience: ["x"])) == nil)
        #expect(await uid(.init(subject: "7", expiresAt: 2_000)) == nil)
        let own = ChatRequest(
            method: "GET",
            path: "/",
            headers: [(name: "Authorization", value: "Bearer \(strict.makeToken(uid: "8", lifetime: .seconds(9)))")]
        )
        #expect(try await strict.uid(of: own) == "8")
    }

    @Test func `a secret under 32 bytes is refused`() {
        let error = #expect(throws: ChatError.self) {
            try JWTAuthenticator(secret: [UInt8](repeating: 1, count: 31))
        }
        #expect(error?.code == .configuration)
    }
}
