import ChatAPIKit
import PlatformCore
import Testing

struct APISocketTests {
    private let clientID = "7f0000010b5400000001"

    @Test func `a bind with the gateway's proof ties the socket and answers where the user's replies are`() async throws
    {
        let api = try APIFixture(StubChatStore())
        api.store.state.withLock {
            $0.active = [
                ReplyPosition(
                    replyID: "r1",
                    messageID: "m1",
                    conversationID: "c1",
                    state: .running,
                    attempt: 2,
                    lastSeq: 9
                )
            ]
        }
        let response = await bind(api, proof: api.proof(clientID))
        #expect(response.status == 200)
        let expected =
            #"{"uid":"7","replies":[{"reply_id":"r1","message_id":"m1","conversation_id":"c1","#
            + #""state":"running","attempt":2,"last_seq":9}]}"#
        #expect(await response.text == expected)
        #expect(api.pusher.state.withLock { $0.bound.map { "\($0.clientID) \($0.uid)" } } == ["\(clientID) 7"])
    }

    @Test func `positions are read only after the bind has returned`() async throws {
        let api = try APIFixture(StubChatStore())
        let store = api.store
        api.pusher.state.withLock { $0.onBind = { #expect(store.calls.isEmpty) } }
        #expect(await bind(api, proof: api.proof(clientID)).status == 200)
        #expect(store.calls == ["activeReplies 7"])
    }

    @Test func `an old proof asks for a new socket`() async throws {
        let api = try APIFixture(StubChatStore())
        #expect(await bind(api, proof: api.proof(clientID, age: 149)).status == 200)
        #expect(await bind(api, proof: api.proof(clientID, age: 151)).error == "409 proof_expired")
    }

    @Test func `a forged or foreign proof binds nothing and is not echoed`() async throws {
        let api = try APIFixture(StubChatStore())
        for proof in [api.proof("7f0000010b5400000002"), "1800000000.AAAA", "x", api.proof(clientID, age: -31)] {
            let response = await bind(api, proof: proof)
            #expect(response.error == "403 proof_invalid")
            #expect(await !response.text.contains(proof))
        }
        #expect(api.pusher.state.withLock { $0.bound.isEmpty })
    }

    @Test func `a client that is gone and a gateway that is gone are told apart`() async throws {
        let api = try APIFixture(StubChatStore())
        api.pusher.state.withLock { $0.bindResult = .clientGone }
        #expect(await bind(api, proof: api.proof(clientID)).error == "409 client_gone")
        api.pusher.state.withLock { $0.failure = PushUnavailable(cause: "no Register") }
        let response = await bind(api, proof: api.proof(clientID))
        #expect(response.error == "503 gateway_unavailable")
        #expect(response.header("Retry-After") == "1")
        #expect(api.store.calls.isEmpty)
        #expect(api.events.withLock { $0 } == ["no gateway to bind at"])
    }

    @Test func `fields are told all at once`() async throws {
        let api = try APIFixture(StubChatStore())
        let response = await api.send("POST", "/api/chat/bind", "{}")
        #expect(response.error == "422 invalid_fields")
        #expect(response.wrongFields == ["client_id missing", "proof missing"])
        for (id, problem) in [(#""7F0000010B5400000001""#, "invalid"), (#""7f""#, "invalid"), ("7", "wrong_type")] {
            let response = await api.send("POST", "/api/chat/bind", #"{"client_id":\#(id),"proof":"x"}"#)
            #expect(response.wrongFields == ["client_id \(problem)"])
        }
    }

    @Test func `without a secret no proof is asked for`() async throws {
        let api = try APIFixture(StubChatStore()) { $0.proof = .notRequired }
        #expect(await api.send("POST", "/api/chat/bind", #"{"client_id":"\#(clientID)"}"#).status == 200)
    }

    @Test func `unbind is for the user that the socket is bound to`() async throws {
        let api = try APIFixture(StubChatStore())
        let body = #"{"client_id":"\#(clientID)"}"#
        #expect(await api.send("POST", "/api/chat/unbind", body).status == 204)
        api.pusher.state.withLock { $0.unbindResult = false }
        #expect(await api.send("POST", "/api/chat/unbind", body).error == "409 not_bound")
        api.pusher.state.withLock { $0.failure = PushUnavailable(cause: "no Register") }
        #expect(await api.send("POST", "/api/chat/unbind", body).error == "503 gateway_unavailable")
    }

    private func bind(_ api: APIFixture<StubChatStore>, proof: String) async -> ChatResponse {
        await api.send("POST", "/api/chat/bind", #"{"client_id":"\#(clientID)","proof":"\#(proof)"}"#)
    }
}
