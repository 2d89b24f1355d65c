import ChatAPIKit
import PlatformCore
import Testing

struct APIConversationTests {
    private let shown =
        #"{"id":"c1","title":"Why?","system_prompt":null,"model":null,"thinking":null,"#
        + #""usage":{"replies":0,"prompt_tokens":0,"cached_tokens":0,"completion_tokens":0,"reasoning_tokens":0},"#
        + #""created_at":1000,"updated_at":2000}"#

    @Test func `the list goes on from its cursor`() async throws {
        let api = try APIFixture(StubChatStore())
        let page = ConversationPage(conversations: [Make.conversation()], nextCursor: "x y")
        api.store.state.withLock { $0.conversations = page }
        let response = await api.send("GET", "/api/chat/conversations?cursor=x%20y&limit=1")
        #expect(response.status == 200)
        #expect(await response.text == #"{"conversations":[\#(shown)],"next_cursor":"x y"}"#)
        #expect(api.store.calls == ["conversations 7 x y 1"])
    }

    @Test func `one is read, or not found`() async throws {
        let api = try APIFixture(StubChatStore())
        #expect(await api.send("GET", "/api/chat/conversations/c1").error == "404 not_found")
        api.store.state.withLock { $0.conversation = Make.conversation() }
        #expect(await api.send("GET", "/api/chat/conversations/c1").text == shown)
        #expect(api.store.calls.last == "conversation c1 7")
    }

    @Test func `a new title reaches every device`() async throws {
        let api = try APIFixture(StubChatStore())
        let path = "/api/chat/conversations/c1"
        #expect(await api.send("PATCH", path, #"{"title":"x"}"#).error == "404 not_found")
        #expect(api.pusher.pushed.isEmpty)
        api.store.state.withLock { $0.conversation = Make.conversation() }
        let response = await api.send("PATCH", path, #"{"title":"Sky"}"#)
        #expect(response.json["title"]?.text == "Sky")
        #expect(
            api.pusher.pushed.map(\.text) == [
                #"{"type":"conversation.updated","conversation_id":"c1","title":"Sky","system_prompt":null,"model":null,"thinking":null,"updated_at":2000}"#
            ]
        )
        for (body, problem) in [
            ("{}", "title missing"), (#"{"title":" "}"#, "title blank"), (#"{"title":"a\nb"}"#, "title invalid"),
            (#"{"title":"\#(String(repeating: "a", count: 257))"}"#, "title too_long"),
        ] {
            #expect(await api.send("PATCH", path, body).wrongFields == [problem])
        }
    }

    @Test func `a deleted one is gone`() async throws {
        let api = try APIFixture(StubChatStore())
        #expect(await api.send("DELETE", "/api/chat/conversations/c1").error == "404 not_found")
        api.store.state.withLock { $0.conversation = Make.conversation() }
        let response = await api.send("DELETE", "/api/chat/conversations/c1")
        #expect(response.status == 204)
        #expect(await response.text == "")
    }

    @Test func `stop ends the reply and tells every device`() async throws {
        let api = try APIFixture(StubChatStore())
        let path = "/api/chat/replies/r1/stop"
        #expect(await api.send("POST", path).error == "404 not_found")
        let end = EndedReply(
            reply: Make.reply(.stopped, attempt: 1, lastSeq: 5),
            row: Make.row(5, .stopped, #"{"type":"reply.stopped"}"#)
        )
        api.store.state.withLock { $0.stop = .ended(end) }
        let response = await api.send("POST", path)
        #expect(response.status == 200)
        #expect(await response.text == #"{"reply_id":"r1","state":"stopped","attempt":1,"last_seq":5}"#)
        #expect(api.pusher.pushed.map(\.text) == [#"{"type":"reply.stopped"}"#])
    }

    @Test func `stop of an ended reply is 409 with its state`() async throws {
        let api = try APIFixture(StubChatStore())
        let end = EndedReply(reply: Make.reply(.finished, attempt: 2, lastSeq: 8), row: Make.row(8, .finished))
        api.store.state.withLock { $0.stop = .alreadyEnded(end) }
        let response = await api.send("POST", "/api/chat/replies/r1/stop")
        #expect(response.error == "409 reply_ended")
        #expect(
            response.json["error"]?["details"]?.serialized == #"{"attempt":2,"last_seq":8,"state":"finished"}"#
        )
        #expect(api.pusher.pushed.isEmpty)
    }
}
