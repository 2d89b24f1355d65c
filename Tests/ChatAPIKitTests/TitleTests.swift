import ChatAPIKit
import PlatformCore
import Testing

/// Titles that the model makes.
@Suite struct TitleTests {
    let fixture: StoreFixture
    let gateway = RecordingGateway()
    let events = EventLog()

    init() throws { fixture = try StoreFixture() }

    @Test func `a conversation gets a short title after its first answer, on every device`() async throws {
        let sent = try await fixture.answered("为什么天空是蓝色的？", by: "因为散射。")
        let prompts = Lock<[ReplyPrompt]>([])
        let model = ScriptedModel { prompt, receive in
            prompts.withLock { $0.append(prompt) }
            receive(.content("“天空的"))
            receive(.content("颜色”。\n"))
            return GenerationEnd(finishReason: "stop", usage: TokenUsage(promptTokens: 9, completionTokens: 4))
        }
        try await titler(model).run(conversationID: sent.conversation.id)
        let stored = try await fixture.store.conversation(sent.conversation.id, uid: "ann")
        #expect(stored?.title == "天空的颜色")
        #expect(stored?.usage.tokens.promptTokens == 9)
        #expect(stored?.usage.replies == 1)
        #expect(try gateway.types() == ["conversation.updated"])
        #expect(try gateway.events().first?["title"]?.text == "天空的颜色")
        let prompt = try #require(prompts.withLock { $0 }.first)
        #expect(prompt.thinking == false)
        #expect(prompt.tokenLimit == 40)
        #expect(prompt.messages.count == 2)
        #expect(prompt.messages[1].text.contains("为什么天空是蓝色的？"))
        #expect(prompt.messages[1].text.contains("因为散射。"))
    }

    @Test func `only the first question and answer are shown to the model`() async throws {
        let sent = try await fixture.answered("first", by: "one")
        try await fixture.answered("second", by: "two", in: sent.conversation.id)
        let source = try await fixture.store.titleSource(conversation: sent.conversation.id)
        #expect(source == TitleSource(uid: "ann", question: "first", answer: "one"))
    }

    @Test func `a title of the user's is never touched, even if it comes while the model thinks`() async throws {
        let store = fixture.store
        let sent = try await fixture.answered("Why?", by: "So.")
        let id = sent.conversation.id
        let model = ScriptedModel { _, receive in
            _ = try await store.change(conversation: id, uid: "ann", ConversationChange(title: "mine"))
            receive(.content("the model's"))
            return GenerationEnd(finishReason: "stop")
        }
        try await titler(model).run(conversationID: id)
        #expect(try await store.conversation(id, uid: "ann")?.title == "mine")
        #expect(gateway.texts().isEmpty)
        let never = ScriptedModel { _, _ in
            Issue.record("asked although there is a title")
            return GenerationEnd(finishReason: "stop")
        }
        try await titler(never).run(conversationID: id)
    }

    @Test func `a title is made once`() async throws {
        let sent = try await fixture.answered("Why?", by: "So.")
        try await titler(.saying(.content("one"))).run(conversationID: sent.conversation.id)
        try await titler(.saying(.content("two"))).run(conversationID: sent.conversation.id)
        #expect(try await fixture.store.conversation(sent.conversation.id, uid: "ann")?.title == "one")
    }

    @Test(arguments: [
        ScriptedModel.failing(GenerationError(.refused, cause: "401")), .saying(), .saying(.content(" \"\" \n")),
    ])
    func `a failure costs nothing`(model: ScriptedModel) async throws {
        let sent = try await fixture.answered("Why?", by: "So.")
        try await titler(model).run(conversationID: sent.conversation.id)
        let stored = try await fixture.store.conversation(sent.conversation.id, uid: "ann")
        #expect(stored?.title == "Why?")
        #expect(stored?.updatedAt == sent.conversation.updatedAt)
        #expect(events.count(of: "no title made") == 1)
        #expect(gateway.texts().isEmpty)
    }

    @Test func `a conversation without an answer, or without itself, is left alone`() async throws {
        let sent = try await fixture.send()
        for id in [sent.conversation.id, "nothing"] {
            try await titler(.saying(.content("x"))).run(conversationID: id)
        }
        #expect(try await fixture.store.conversation(sent.conversation.id, uid: "ann")?.title == "Why?")
        #expect(events.lines.isEmpty)
    }

    @Test func `the runner asks for a title after an answer, until there is one`() async throws {
        let titles = RecordingTitles()
        let runner = ReplyRunner(
            store: fixture.store,
            generator: ScriptedModel.saying(.content("So.")),
            pushClient: gateway,
            dispatcher: RecordingDispatcher(),
            titles: titles,
            configuration: .init(coalescing: .zero)
        )
        let first = try await fixture.send()
        _ = try await runner.run(replyID: first.reply.id, jobID: "1")
        let id = first.conversation.id
        #expect(titles.asked == [id])
        try await titler(.saying(.content("Title"))).run(conversationID: id)
        let second = try await fixture.send(in: id)
        _ = try await runner.run(replyID: second.reply.id, jobID: "2")
        #expect(titles.asked == [id])
    }

    @Test(arguments: [
        ("The colour of the sky", "The colour of the sky"), ("\"Sky\"", "Sky"), ("**Sky**", "Sky"), ("# Sky.", "Sky"),
        ("\n\n  Sky  blue \nmore", "Sky blue"), ("«Небо»", "Небо"), ("a\u{7}b", "ab"), ("...", ""), ("Why?", "Why?"),
        (String(repeating: "a", count: 200), String(repeating: "a", count: 79) + "…"),
    ])
    func `what models put around a title is left away`(said: String, title: String) {
        #expect(ConversationTitler.title(from: said) == title)
    }

    private func titler(_ model: ScriptedModel) -> ConversationTitler {
        let events = events
        return ConversationTitler(
            store: fixture.store,
            generator: model,
            pushClient: gateway,
            onEvent: { events.add($0) }
        )
    }
}

/// A queue for titles that keeps what it was asked.
final class RecordingTitles: TitleDispatcher {
    private let conversations = Lock<[String]>([])

    var asked: [String] { conversations.withLock { $0 } }

    func dispatchTitle(conversationID: String) async throws {
        conversations.withLock { $0.append(conversationID) }
    }
}
