import ChatAPIKit
import PlatformCore
import Testing

/// Editing and deleting questions, and what a conversation sets.
struct APITreeTests {
    @Test func `an edit is a message beside the one it edits`() async throws {
        let api = try APIFixture(StubChatStore())
        let path = "/api/chat/messages/m1/edit"
        #expect(await api.send("POST", path, #"{"content":"Sea?"}"#).error == "404 not_found")
        #expect(await api.send("POST", path, "{}").wrongFields == ["content missing"])
        api.store.state.withLock { $0.send = .stored(Make.sent()) }
        let response = await api.send("POST", path, #"{"content":"Sea?","idempotency_key":"k"}"#, id: "q1")
        #expect(response.status == 202)
        let sent = NewMessage(in: .beside("m1"), content: "Sea?", idempotencyKey: "k", requestID: "q1")
        #expect(api.store.state.withLock { $0.sent.last } == sent)
        #expect(api.dispatcher.dispatched == ["r1 in c1"])
        #expect(api.pusher.pushed.count == 1)
    }

    @Test func `a question says behind which one it goes`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.state.withLock { $0.send = .parentNotFound }
        let body = #"{"conversation_id":"c1","parent_id":"m0","content":"Why?"}"#
        #expect(await api.send("POST", "/api/chat/send", body).wrongFields == ["parent_id unknown"])
        #expect(api.store.state.withLock { $0.sent.last?.place } == .conversation("c1", after: "m0"))
        let alone = await api.send("POST", "/api/chat/send", #"{"parent_id":"m0","content":"Why?"}"#)
        #expect(alone.wrongFields == ["parent_id invalid"])
    }

    @Test func `a deleted question is gone from every device`() async throws {
        let api = try APIFixture(StubChatStore())
        #expect(await api.send("DELETE", "/api/chat/messages/m1").error == "404 not_found")
        api.store.state.withLock { $0.deleted = DeletedMessages(conversationID: "c1", ids: ["m1", "m2"]) }
        let response = await api.send("DELETE", "/api/chat/messages/m1")
        #expect(await response.text == #"{"deleted":["m1","m2"]}"#)
        #expect(
            api.pusher.pushed.map(\.text) == [
                #"{"type":"message.deleted","conversation_id":"c1","message_ids":["m1","m2"]}"#
            ]
        )
    }

    @Test func `a deleted conversation is gone from every device`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.state.withLock { $0.conversation = Make.conversation() }
        #expect(await api.send("DELETE", "/api/chat/conversations/c1").status == 204)
        #expect(
            api.pusher.pushed.map(\.text) == [#"{"type":"conversation.deleted","conversation_id":"c1"}"#]
        )
    }

    @Test func `only what is named of a conversation is changed, null takes it back`() async throws {
        let api = try APIFixture(StubChatStore()) { $0.models = ["big", "small"] }
        api.store.state.withLock { $0.conversation = Make.conversation() }
        let path = "/api/chat/conversations/c1"
        for body in [
            #"{"system_prompt":"Be brief.","model":"big","thinking":true}"#,
            #"{"system_prompt":null,"model":null,"thinking":null}"#, #"{"system_prompt":""}"#,
        ] {
            #expect(await api.send("PATCH", path, body).status == 200)
        }
        #expect(
            api.store.state.withLock { $0.changes } == [
                ConversationChange(systemPrompt: "Be brief.", model: "big", thinking: true),
                ConversationChange(systemPrompt: .some(nil), model: .some(nil), thinking: .some(nil)),
                ConversationChange(systemPrompt: ""),
            ]
        )
        let wrong = await api.send("PATCH", path, #"{"title":"","system_prompt":1,"model":"huge","thinking":"x"}"#)
        #expect(
            wrong.wrongFields == [
                "title blank", "system_prompt wrong_type", "model unknown", "thinking wrong_type",
            ]
        )
    }

    @Test func `only a model of the list may be named`() async throws {
        let api = try APIFixture(StubChatStore()) { $0.models = ["big"] }
        api.store.state.withLock { $0.send = .stored(Make.sent()) }
        for (model, status) in [("big", 202), ("Big", 422), ("other", 422)] {
            let response = await api.send("POST", "/api/chat/send", #"{"content":"x","model":"\#(model)"}"#)
            #expect(response.status == status)
        }
        #expect(await api.send("GET", "/api/chat/config", as: nil).json["models"]?.serialized == #"["big"]"#)
    }

    @Test func `a cursor that is none is refused`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.state.withLock { $0.conversations = nil }
        #expect(await api.send("GET", "/api/chat/conversations?cursor=x").wrongFields == ["cursor invalid"])
    }
}
