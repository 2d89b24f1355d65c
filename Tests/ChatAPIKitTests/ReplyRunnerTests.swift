import ChatAPIKit
import PlatformCore
import TestSupport
import Testing

@Suite struct ReplyRunnerTests {
    let fixture: StoreFixture
    let gateway = RecordingGateway()
    let queue = RecordingDispatcher()
    let events = EventLog()

    init() throws { fixture = try StoreFixture() }

    @Test func `an answer is stored, and pushed from its start to its end`() async throws {
        let sent = try await fixture.send()
        let outcome = try await run(sent, .saying(.reasoning("hm"), .content("Be"), .content("cause")))
        #expect(outcome == .done)
        let reply = try await fixture.reply(sent.reply.id)
        #expect(reply.state == .finished)
        #expect(reply.content == "Because")
        #expect(reply.reasoning == "hm")
        #expect(try gateway.types() == ["reply.started", "reply.delta", "reply.delta", "reply.finished"])
        let rows = try await fixture.log(sent.reply.id).rows
        #expect(gateway.texts() == rows.map { ChatPush.text(of: $0, replyID: reply.id) })
        #expect(rows.map(\.seq) == [1, 2, 3, 4])
        #expect(gateway.uids == ["ann"])
    }

    @Test func `what is pushed can be fetched already`() async throws {
        let sent = try await fixture.send()
        let store = fixture.store
        let missing = Lock(0)
        let gateway = RecordingGateway { text, _ in
            let rows = try await store.log(reply: sent.reply.id, uid: "ann", after: 0)?.rows ?? []
            if !rows.contains(where: { ChatPush.text(of: $0, replyID: sent.reply.id) == text }) {
                missing.withLock { $0 += 1 }
            }
        }
        _ = try await run(sent, .saying(.reasoning("hm"), .content("Because")), gateway: gateway)
        #expect(gateway.texts().count == 4)
        #expect(missing.withLock { $0 } == 0)
    }

    @Test func `what comes at once becomes one row per kind`() async throws {
        let sent = try await fixture.send()
        let model = ScriptedModel { _, receive in
            for number in 0..<1000 {
                receive(number % 2 == 0 ? .reasoning("r") : .content("c"))
            }
            return GenerationEnd(finishReason: "stop")
        }
        _ = try await run(sent, model) { $0.coalescing = .milliseconds(50) }
        let rows = try await fixture.log(sent.reply.id).rows
        #expect(rows.count { $0.kind == .content } <= 2)
        #expect(rows.count { $0.kind == .reasoning } <= 2)
        #expect(try await fixture.reply(sent.reply.id).content.count == 500)
    }

    @Test func `a try after a broken one replaces what was shown`() async throws {
        let sent = try await fixture.send()
        let broken = GenerationError(.interrupted, cause: "connection reset")
        await #expect(throws: GenerationError.self) { try await run(sent, .failing(broken, after: .content("Bec"))) }
        #expect(try await fixture.reply(sent.reply.id).state == .running)
        #expect(try await run(sent, .saying(.content("Because"))) == .done)
        #expect(try await fixture.reply(sent.reply.id).content == "Because")
        #expect(try await fixture.reply(sent.reply.id).attempt == 2)
        #expect(
            try gateway.types()
                == ["reply.started", "reply.delta", "reply.reset", "reply.delta", "reply.finished"]
        )
        #expect(try gateway.events().compactMap { $0["seq"]?.integerValue } == [1, 2, 3, 4, 5])
    }

    @Test func `a stop ends the model's work and nothing more is pushed`() async throws {
        let sent = try await fixture.send()
        let cancelled = Lock(false)
        let model = ScriptedModel.stalling(after: .content("Be")) { cancelled.withLock { $0 = true } }
        let running = Task { try await run(sent, model) }
        try await waitForText(of: sent)
        _ = try await fixture.store.stop(reply: sent.reply.id, uid: "ann").ended
        #expect(try await within(.seconds(20), "the stopped run ends") { try await running.value } == .done)
        #expect(cancelled.withLock { $0 })
        #expect(try gateway.types() == ["reply.started", "reply.delta"])
        #expect(try await fixture.reply(sent.reply.id).content == "Be")
        #expect(events.count(of: "reply stopped or taken over") == 1)
    }

    @Test func `a deleted conversation ends the model's work`() async throws {
        let sent = try await fixture.send()
        let running = Task { try await run(sent, .stalling(after: .content("Be"))) }
        try await waitForText(of: sent)
        _ = try await fixture.store.delete(conversation: sent.conversation.id, uid: "ann")
        #expect(try await within(.seconds(20), "the run ends") { try await running.value } == .done)
    }

    @Test func `a worker that lost its reply to another stops quietly`() async throws {
        let sent = try await fixture.send()
        let running = Task { try await run(sent, .stalling(after: .content("old"))) }
        try await waitForText(of: sent)
        #expect(try await self.run(sent, .saying(.content("new"))) == .done)
        #expect(try await within(.seconds(20), "the fenced run ends") { try await running.value } == .done)
        let reply = try await fixture.reply(sent.reply.id)
        #expect(reply.content == "new")
        #expect(reply.attempt == 2)
        #expect(try gateway.types().count { $0 == "reply.finished" } == 1)
    }

    @Test func `a run whose task is cancelled leaves the reply to the next one`() async throws {
        let sent = try await fixture.send()
        let running = Task { try await run(sent, .stalling(after: .content("Be"))) }
        try await waitForText(of: sent)
        running.cancel()
        await #expect(throws: CancellationError.self) {
            try await within(.seconds(20), "ends") { try await running.value }
        }
        #expect(try await fixture.reply(sent.reply.id).state == .running)
        #expect(events.count(of: "attempt failed") == 0)
    }

    @Test func `a model that ends because it was cancelled has not finished the reply`() async throws {
        let sent = try await fixture.send()
        let model = ScriptedModel { _, receive in
            receive(.content("Be"))
            try? await Task.sleep(for: .seconds(3600))
            return GenerationEnd(finishReason: "stop")
        }
        let running = Task { try await run(sent, model) { $0.coalescing = .zero } }
        try await waitForText(of: sent)
        running.cancel()
        await #expect(throws: CancellationError.self) {
            try await within(.seconds(20), "the run ends") { try await running.value }
        }
        #expect(try await fixture.reply(sent.reply.id).state == .running)
    }

    @Test func `while an earlier reply has not ended the job rests and that one is dispatched`() async throws {
        let first = try await fixture.send("one")
        let second = try await fixture.send("two", in: first.conversation.id)
        let outcome = try await run(second, .saying(.content("x"))) { $0.turnInterval = .milliseconds(700) }
        #expect(outcome == .snooze(.milliseconds(700)))
        #expect(queue.replies == [.init(replyID: first.reply.id, conversationID: first.conversation.id)])
        #expect(gateway.texts().isEmpty)
    }

    @Test func `a reply in other hands makes the job rest until it may be had`() async throws {
        let sent = try await fixture.send()
        try await fixture.take(sent.reply.id, job: "other")
        fixture.time.advance(by: .seconds(12))
        #expect(try await run(sent, .saying(.content("x"))) == .snooze(.seconds(18)))
    }

    @Test func `a permanent error fails the reply at once and makes the job done`() async throws {
        let sent = try await fixture.send()
        let error = GenerationError(.refused, cause: "402 upstream words")
        #expect(try await run(sent, .failing(error, after: .content("Be"))) == .done)
        let reply = try await fixture.reply(sent.reply.id)
        #expect(reply.state == .failed)
        #expect(reply.content == "Be")
        #expect(reply.failure == ReplyFailure(.refused))
        let last = try #require(try gateway.events().last)
        #expect(last["type"]?.text == "reply.failed")
        #expect(last["code"]?.text == "model_refused")
        #expect(!gateway.texts().contains { $0.contains("upstream words") })
        #expect(events.lines.contains { $0.fields.contains { $0.value.contains("upstream words") } })
    }

    @Test func `giving up is worded by the last error and may be repeated`() async throws {
        let sent = try await fixture.send()
        let error = GenerationError(.busy, cause: "429")
        await #expect(throws: error) { try await run(sent, .failing(error)) }
        let runner = runner(.saying())
        try await runner.giveUp(replyID: sent.reply.id, reason: "3 tries")
        try await runner.giveUp(replyID: sent.reply.id, reason: "3 tries")
        try await runner.giveUp(replyID: "none", reason: "3 tries")
        #expect(try await fixture.reply(sent.reply.id).failure == ReplyFailure(.busy))
        #expect(try gateway.types() == ["reply.started", "reply.failed", "reply.failed"])
        #expect(try gateway.events().last?["seq"]?.integerValue == 2)
        #expect(events.count(of: "reply failed") == 1)
    }

    @Test func `an error of unknown kind counts as a model out of reach`() async throws {
        let sent = try await fixture.send()
        let error = Unexpected("odd")
        await #expect(throws: GenerationError(.unavailable, cause: "odd")) { try await run(sent, .failing(error)) }
    }

    @Test func `a gateway that is down costs pushes, never the reply`() async throws {
        let sent = try await fixture.send()
        let gateway = RecordingGateway { _, _ in throw PushUnavailable(cause: "down") }
        let runner = runner(.saying(.content("Because")), gateway: gateway)
        #expect(try await runner.run(replyID: sent.reply.id, jobID: "job-1") == .done)
        #expect(try await fixture.reply(sent.reply.id).state == .finished)
        #expect(runner.failedPushes == 3)
        #expect(events.count(of: "push failed") == 3)
    }

    @Test func `a job whose reply has ended says the end once more`() async throws {
        let sent = try await fixture.answered("Why?", by: "Because.")
        #expect(try await run(sent, .saying(.content("again"))) == .done)
        #expect(try gateway.types() == ["reply.finished"])
        #expect(try await fixture.reply(sent.reply.id).content == "Because.")
        #expect(try await runner(.saying()).run(replyID: "none", jobID: "job-1") == .done)
    }

    @Test func `a worker whose model is silent says that it is alive`() async throws {
        let sent = try await fixture.send()
        let running = Task { try await run(sent, .stalling()) { $0.touchInterval = .milliseconds(5) } }
        let store = fixture.store
        try await eventually(.seconds(20), "the reply is taken") {
            try await store.reply(sent.reply.id, uid: "ann")?.state == .running
        }
        fixture.time.advance(by: .seconds(40))
        try await eventually(.seconds(20), "the reply is touched") {
            try await store.takeAttempt(reply: sent.reply.id, jobID: "other", takeOverAfter: .seconds(41))
                == .held(for: .seconds(41))
        }
        running.cancel()
        _ = await running.result
    }

    @Test func `the prompt has the system's words, what was said before, and the question`() async throws {
        let first = try await fixture.answered("one", by: "1")
        let failed = try await fixture.send("two", in: first.conversation.id)
        _ = try await fixture.store.fail(reply: failed.reply.id, attempt: nil, code: nil)
        let message = NewMessage(
            in: .conversation(first.conversation.id),
            content: "three",
            model: "big",
            thinking: true
        )
        let sent = try await fixture.store.send(message, uid: "ann").sent
        let prompts = Lock<[ReplyPrompt]>([])
        let model = ScriptedModel { prompt, _ in
            prompts.withLock { $0.append(prompt) }
            return GenerationEnd(finishReason: "stop")
        }
        _ = try await run(sent, model) { $0.systemPrompt = "Be short." }
        let expected = ReplyPrompt(
            replyID: sent.reply.id,
            uid: "ann",
            model: "big",
            thinking: true,
            messages: [
                .init(role: .system, text: "Be short."), .init(role: .user, text: "one"),
                .init(role: .assistant, text: "1"), .init(role: .user, text: "two"), .init(role: .user, text: "three"),
            ]
        )
        #expect(prompts.withLock { $0 } == [expected])
    }

    @Test func `what the model thought is not sent back to it`() async throws {
        let first = try await fixture.send("one")
        _ = try await run(first, .saying(.reasoning("secret thoughts"), .content("1")))
        let second = try await fixture.send("two", in: first.conversation.id)
        let prompts = Lock<[ReplyPrompt]>([])
        let model = ScriptedModel { prompt, _ in
            prompts.withLock { $0.append(prompt) }
            return GenerationEnd(finishReason: "stop")
        }
        _ = try await run(second, model) { $0.systemPrompt = "" }
        #expect(prompts.withLock { $0.first?.messages.map(\.text) } == ["one", "1", "two"])
    }

    @Test func `checkpoints come after the commit and before the push`() async throws {
        let sent = try await fixture.send()
        let seen = Lock<[String]>([])
        let (store, gateway) = (fixture.store, gateway)
        _ = try await run(sent, .saying(.content("Because"))) {
            $0.checkpoint = { checkpoint in
                let seq = try? await store.log(reply: sent.reply.id, uid: "ann", after: 0)?.lastSeq
                seen.withLock { $0.append("\(checkpoint) \(seq ?? 0) stored \(gateway.texts().count) pushed") }
            }
        }
        #expect(
            seen.withLock { $0 }
                == ["afterAppendBeforePush 2 stored 1 pushed", "afterFinishBeforeSettle 3 stored 2 pushed"]
        )
    }

    private func run(
        _ sent: SentMessage,
        _ model: ScriptedModel,
        gateway: RecordingGateway? = nil,
        _ change: (inout ReplyRunner.Configuration) -> Void = { _ in }
    ) async throws -> ReplyOutcome {
        try await runner(model, gateway: gateway, change).run(replyID: sent.reply.id, jobID: "job-1")
    }

    private func runner(
        _ model: ScriptedModel,
        gateway: RecordingGateway? = nil,
        _ change: (inout ReplyRunner.Configuration) -> Void = { _ in }
    ) -> ReplyRunner {
        let events = events
        var configuration = ReplyRunner.Configuration(
            coalescing: .milliseconds(1),
            watchInterval: .milliseconds(5),
            onEvent: { events.add($0) }
        )
        change(&configuration)
        return ReplyRunner(
            store: fixture.store,
            generator: model,
            pushClient: gateway ?? self.gateway,
            dispatcher: queue,
            configuration: configuration
        )
    }

    /// Until the model's first piece was pushed.
    private func waitForText(of sent: SentMessage) async throws {
        let gateway = gateway
        try await eventually(.seconds(20), "a piece of text is pushed") { try gateway.types().contains("reply.delta") }
    }
}
