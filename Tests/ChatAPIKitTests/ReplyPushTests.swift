import ChatAPIKit
import Testing

@Suite struct ReplyPushTests {
    static let reply = Reply(
        id: "r1",
        messageID: "m1",
        conversationID: "c1",
        uid: "ann",
        state: .running,
        attempt: 2,
        lastSeq: 7,
        requestID: "q1",
        createdAt: 5
    )

    static func ended(_ state: ReplyState, _ change: (inout Reply) -> Void = { _ in }) -> Reply {
        var reply = reply
        reply.state = state
        change(&reply)
        return reply
    }

    @Test func `beginnings name conversation, message, reply, attempt and seq`() {
        let rest = #""reply_id":"r1","attempt":2,"seq":7,"conversation_id":"c1","message_id":"m1","request_id":"q1""#
        #expect(ChatPush.replyStarted(Self.reply) == #"{"type":"reply.started",\#(rest)}"#)
        #expect(ChatPush.replyReset(Self.reply) == #"{"type":"reply.reset",\#(rest)}"#)
        #expect(
            ChatPush.replyReset(Self.reply, content: "x", reasoning: "y")
                == #"{"type":"reply.reset",\#(rest),"content":"x","reasoning":"y"}"#
        )
    }

    @Test func `a row of text is pushed as a delta`() {
        let row = LogRow(seq: 8, attempt: 2, kind: .reasoning, text: "a \"b\" \\ \n\r\t\u{1} ü\u{2028}\0")
        #expect(
            ChatPush.text(of: row, replyID: "r1")
                == #"{"type":"reply.delta","reply_id":"r1","attempt":2,"seq":8,"kind":"reasoning","#
                + #""text":"a \"b\" \\ \n\r\t\u0001 ü"# + "\u{2028}" + #"\u0000"}"#
        )
    }

    @Test func `a row of an event is pushed as its text`() {
        let row = LogRow(seq: 8, attempt: 2, kind: .finished, text: #"{"type":"reply.finished"}"#)
        #expect(ChatPush.text(of: row, replyID: "r1") == row.text)
    }

    @Test func `ends carry their reason and usage, or the failure in our words`() {
        let finished = Self.ended(.finished) {
            $0.finishReason = "length"
            $0.usage = TokenUsage(promptTokens: 4, cachedTokens: 1, completionTokens: 3, reasoningTokens: 2)
        }
        #expect(
            ChatPush.replyEnded(finished)
                == #"{"type":"reply.finished","reply_id":"r1","attempt":2,"seq":7,"finish_reason":"length","#
                + #""usage":{"prompt_tokens":4,"cached_tokens":1,"completion_tokens":3,"reasoning_tokens":2}}"#
        )
        let stopped = Self.ended(.stopped) { $0.finishReason = "stopped" }
        #expect(
            ChatPush.replyEnded(stopped)
                == #"{"type":"reply.stopped","reply_id":"r1","attempt":2,"seq":7,"finish_reason":"stopped","usage":null}"#
        )
        let failed = Self.ended(.failed) { $0.failure = ReplyFailure(code: "c", message: "m", isRetryable: false) }
        #expect(
            ChatPush.replyEnded(failed)
                == #"{"type":"reply.failed","reply_id":"r1","attempt":2,"seq":7,"code":"c","message":"m","retryable":false}"#
        )
    }

    @Test func `a message is pushed with its key, so that its sender does not show it twice`() {
        let message = Message(
            id: "m1",
            conversationID: "c1",
            uid: "ann",
            content: "hi",
            idempotencyKey: "k",
            createdAt: 5
        )
        #expect(
            ChatPush.messageCreated(message, reply: Self.reply)
                == #"{"type":"message.created","conversation_id":"c1","message_id":"m1","reply_id":"r1","parent_id":null,"content":"hi","idempotency_key":"k","request_id":"q1"}"#
        )
    }

    @Test func `a conversation is pushed with its settings, so that no device answers by older ones`() {
        var conversation = Conversation(id: "c1", uid: "ann", title: "T", createdAt: 5, updatedAt: 6)
        #expect(
            ChatPush.conversationUpdated(conversation)
                == #"{"type":"conversation.updated","conversation_id":"c1","title":"T","system_prompt":null,"model":null,"thinking":null,"updated_at":6}"#
        )
        (conversation.systemPrompt, conversation.model, conversation.thinking) = ("Be brief.", "m", false)
        #expect(
            ChatPush.conversationUpdated(conversation)
                == #"{"type":"conversation.updated","conversation_id":"c1","title":"T","system_prompt":"Be brief.","model":"m","thinking":false,"updated_at":6}"#
        )
    }

    @Test(arguments: ["model_busy", "model_unavailable", "model_timeout", "model_interrupted", "of somebody else"])
    func `what may pass is worth another try`(code: String) {
        let failure = ReplyFailure(GenerationError.Code(rawValue: code))
        #expect(failure.isRetryable)
        #expect(failure.code == code)
        #expect(failure.message.contains("try again"))
    }

    @Test func `a failed push is counted and reported and does not throw`() async {
        let events = EventLog()
        let gateway = RecordingGateway { _, _ in throw PushUnavailable(cause: "down") }
        let pusher = EventPusher(gateway, report: { events.add($0) })
        await pusher.push("{}", toUid: "ann")
        await pusher.push("{}", toUid: "ann")
        #expect(pusher.failures == 2)
        #expect(events.count(of: "push failed") == 2)
    }
}
