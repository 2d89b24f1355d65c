import ChatAPIKit
import ChatContracts
import TestSupport
import Testing

/// The contracts of the ports, held against the kit's own.
@Suite struct ContractTests {
    @Test(arguments: ChatStoreContract.checks.map(\.promise))
    func `the SQLite store keeps the contract`(promise: String) async throws {
        let directory = TemporaryDirectory()
        let store = try SQLiteChatStore(path: directory.file("chat.sqlite"))
        try await #require(ChatStoreContract.checks.first { $0.promise == promise }).run(store)
        await store.close()
    }

    @Test(arguments: AuthenticatorContract.checks.map(\.promise))
    func `the authenticator of tokens keeps the contract`(promise: String) async throws {
        let secret = Array("0123456789abcdef0123456789abcdef".utf8)
        let authenticator = try JWTAuthenticator(secret: secret, issuer: "us", audience: "chat")
        let other = try JWTAuthenticator(secret: secret.reversed(), issuer: "us", audience: "chat")
        let foreign = try JWTAuthenticator(secret: secret, issuer: "them", audience: "chat")
        let valid = authenticator.makeToken(uid: "7", lifetime: .seconds(60))
        let unsigned = "eyJhbGciOiJub25lIn0." + valid.split(separator: ".")[1] + "."
        let subject = AuthenticatorContract.Subject(
            authenticator: authenticator,
            request: { Self.request(authenticator.makeToken(uid: $0, lifetime: .seconds(60))) },
            refused: [
                authenticator.makeToken(uid: "7", lifetime: .seconds(-1)),
                other.makeToken(uid: "7", lifetime: .seconds(60)),
                foreign.makeToken(uid: "7", lifetime: .seconds(60)), unsigned, valid + "x", "\(valid).\(valid)", "",
                "a.b.c",
            ].map(Self.request)
        )
        try await #require(AuthenticatorContract.checks.first { $0.promise == promise }).run(subject)
    }

    private static func request(_ token: String) -> ChatRequest {
        ChatRequest(
            method: "GET",
            path: "/api/chat/usage",
            headers: [(name: "Authorization", value: "Bearer \(token)")]
        )
    }
}
