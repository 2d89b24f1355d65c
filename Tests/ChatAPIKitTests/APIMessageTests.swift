import ChatAPIKit
import PlatformCore
import Testing

struct APIMessageTests {
    @Test func `a question is stored, dispatched, pushed to every socket, and 202`() async throws {
        let api = try APIFixture(StubChatStore()) { $0.models = ["m"] }
        api.store.state.withLock { $0.send = .stored(Make.sent(key: "k1")) }
        let response = await api.send(
            "POST",
            "/api/chat/send",
            #"{"conversation_id":"c1","content":"Why?","idempotency_key":"k1","model":"m","thinking":true,"x":1}"#,
            id: "q1"
        )
        #expect(response.status == 202)
        #expect(await response.text == #"{"conversation_id":"c1","message_id":"m1","reply_id":"r1"}"#)
        #expect(
            api.store.state.withLock { $0.sent } == [
                NewMessage(
                    in: .conversation("c1"),
                    content: "Why?",
                    idempotencyKey: "k1",
                    model: "m",
                    thinking: true,
                    requestID: "q1"
                )
            ]
        )
        #expect(api.dispatcher.dispatched == ["r1 in c1"])
        let pushed = try #require(api.pusher.pushed.first)
        #expect(pushed.uid == "7")
        #expect(
            pushed.text
                == #"{"type":"message.created","conversation_id":"c1","message_id":"m1","reply_id":"r1","parent_id":null,"content":"Why?","idempotency_key":"k1","request_id":null}"#
        )
    }

    @Test func `the point between commit and dispatch is where it is said to be`() async throws {
        let seen = Lock<[String]>([])
        let api = try APIFixture(StubChatStore()) {
            $0.checkpoint = { point in seen.withLock { $0.append(point.rawValue) } }
        }
        api.store.state.withLock { $0.send = .stored(Make.sent()) }
        api.dispatcher.state.withLock { $0.failure = PushUnavailable(cause: "queue") }
        #expect(await api.send("POST", "/api/chat/send", #"{"content":"a"}"#).status == 202)
        #expect(seen.withLock { $0 } == ["afterMessageCommitBeforeDispatch"])
        #expect(api.events.withLock { $0 } == ["reply wanted", "reply not dispatched"])
        #expect(api.pusher.pushed.count == 1)
    }

    @Test func `a push that fails does not fail the 202`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.state.withLock { $0.send = .stored(Make.sent()) }
        api.pusher.state.withLock { $0.failure = PushUnavailable(cause: "gateway") }
        #expect(await api.send("POST", "/api/chat/send", #"{"content":"a"}"#).status == 202)
        #expect(api.events.withLock { $0 } == ["reply wanted", "push failed"])
        #expect(api.dispatcher.dispatched == ["r1 in c1"])
    }

    @Test func `a stored question is dispatched even when its sender's connection is gone`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.state.withLock { $0.send = .stored(Make.sent()) }
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await api.send("POST", "/api/chat/send", #"{"content":"a"}"#)
        }
        #expect(await task.value.status == 202)
        #expect(api.dispatcher.dispatched == ["r1 in c1"])
    }

    @Test func `a repeated question is answered as before, and not shown twice`() async throws {
        let api = try APIFixture(StubChatStore())
        let body = #"{"content":"a","idempotency_key":"k"}"#
        api.store.state.withLock { $0.send = .repeated(Make.sent(Make.reply(.finished))) }
        #expect(await api.send("POST", "/api/chat/send", body).status == 202)
        #expect(api.dispatcher.dispatched.isEmpty)
        api.store.state.withLock { $0.send = .repeated(Make.sent(Make.reply(.queued))) }
        #expect(await api.send("POST", "/api/chat/send", body).status == 202)
        #expect(api.dispatcher.dispatched == ["r1 in c1"])
        #expect(api.pusher.pushed.isEmpty)
    }

    @Test func `what the store refuses is a clear error, and nothing is dispatched`() async throws {
        let api = try APIFixture(StubChatStore())
        #expect(await api.send("POST", "/api/chat/send", #"{"content":"a"}"#).error == "404 not_found")
        api.store.state.withLock { $0.send = .conflict }
        #expect(await api.send("POST", "/api/chat/send", #"{"content":"a"}"#).error == "409 idempotency_conflict")
        #expect(api.dispatcher.dispatched.isEmpty)
        #expect(api.pusher.pushed.isEmpty)
    }

    @Test(arguments: [
        ("{}", ["content missing"]), (#"{"content":null}"#, ["content missing"]),
        (#"{"content":""}"#, ["content blank"]), (#"{"content":" \n\t\u00a0"}"#, ["content blank"]),
        (#"{"content":"\u200b\u2060 \ufeff\u00ad\u3164"}"#, ["content blank"]),
        (#"{"content":["a"]}"#, ["content wrong_type"]), (#"{"content":"a\u0000"}"#, ["content invalid"]),
        (#"{"content":"a","idempotency_key":""}"#, ["idempotency_key blank"]),
        (
            #"{"content":7,"conversation_id":1,"idempotency_key":true,"model":{},"thinking":"yes"}"#,
            [
                "conversation_id wrong_type", "content wrong_type", "idempotency_key wrong_type", "model wrong_type",
                "thinking wrong_type",
            ]
        ),
        (
            #"{"content":"\#(String(repeating: "ü", count: 16_385))","idempotency_key":"\#(String(repeating: "k", count: 129))"}"#,
            ["content too_long", "idempotency_key too_long"]
        ),
    ])
    func `every wrong field is told at once, and nothing is stored`(body: String, problems: [String]) async throws {
        let api = try APIFixture(StubChatStore())
        let response = await api.send("POST", "/api/chat/send", body)
        #expect(response.error == "422 invalid_fields")
        #expect(response.wrongFields == problems)
        #expect(api.store.calls.isEmpty)
    }

    @Test func `content of exactly 32 KiB is taken, however it is escaped`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.state.withLock { $0.send = .stored(Make.sent()) }
        for content in [String(repeating: "ü", count: 16_384), String(repeating: #"\u0061"#, count: 32_768)] {
            #expect(await api.send("POST", "/api/chat/send", #"{"content":"\#(content)"}"#).status == 202)
        }
        #expect(api.store.state.withLock { $0.sent.map(\.content.utf8.count) } == [32_768, 32_768])
    }

    @Test func `history is messages with their replies`() async throws {
        let api = try APIFixture(StubChatStore())
        #expect(await api.send("GET", "/api/chat/conversations/c1/messages").error == "404 not_found")
        var reply = Make.reply(.finished, attempt: 1, lastSeq: 4)
        reply.content = "Because."
        reply.finishReason = "stop"
        reply.usage = TokenUsage(promptTokens: 1, completionTokens: 2)
        let page = MessagePage(messages: [Make.message(replies: [reply])], hasEarlier: true)
        api.store.state.withLock { $0.messages = page }
        let response = await api.send("GET", "/api/chat/conversations/c1/messages?before=m9&limit=20")
        #expect(api.store.calls.last == "messages c1 7 - m9 20")
        let expected =
            #"{"messages":[{"id":"m1","parent_id":null,"versions":[],"role":"user","content":"Why?","idempotency_key":null,"created_at":1000,"#
            + #""replies":[{"id":"r1","state":"finished","attempt":1,"last_seq":4,"content":"Because.","#
            + #""reasoning":"","finish_reason":"stop","usage":{"prompt_tokens":1,"cached_tokens":0,"#
            + #""completion_tokens":2,"reasoning_tokens":0},"error":null,"created_at":1000,"ended_at":null}]}],"#
            + #""has_more":true}"#
        #expect(await response.text == expected)
    }

    @Test(arguments: ["0", "101", "-1", "x", "", "1.5", "99999999999999999999"])
    func `a limit that is none is refused`(limit: String) async throws {
        let api = try APIFixture(StubChatStore())
        for path in ["/api/chat/conversations", "/api/chat/conversations/c1/messages"] {
            let response = await api.send("GET", "\(path)?limit=\(limit)")
            #expect(response.wrongFields == ["limit invalid"])
        }
    }

    @Test func `regenerate makes a new reply and dispatches it`() async throws {
        let api = try APIFixture(StubChatStore())
        let path = "/api/chat/replies/r0/regenerate"
        #expect(await api.send("POST", path).error == "404 not_found")
        api.store.state.withLock { $0.regenerate = .unfinished(Make.reply(.running)) }
        let refused = await api.send("POST", path)
        #expect(refused.error == "409 reply_unfinished")
        #expect(refused.json["error"]?["details"]?["reply_id"]?.text == "r1")
        api.store.state.withLock { $0.regenerate = .created(Make.reply()) }
        let response = await api.send("POST", path)
        #expect(response.status == 202)
        #expect(await response.text == #"{"conversation_id":"c1","message_id":"m1","reply_id":"r1"}"#)
        #expect(api.dispatcher.dispatched == ["r1 in c1"])
    }

    @Test func `a regenerated reply reaches every device before a worker has it`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.state.withLock { $0.regenerate = .created(Make.reply()) }
        #expect(await api.send("POST", "/api/chat/replies/r0/regenerate").status == 202)
        #expect(
            api.pusher.pushed.map(\.text) == [
                #"{"type":"reply.created","conversation_id":"c1","message_id":"m1","reply_id":"r1","request_id":null}"#
            ]
        )
        #expect(api.pusher.pushed.map(\.uid) == ["7"])
    }
}
