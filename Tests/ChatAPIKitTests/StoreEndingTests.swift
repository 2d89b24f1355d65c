import ChatAPIKit
import Testing

@Suite struct StoreEndingTests {
    let fixture: StoreFixture
    var store: SQLiteChatStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    @Test func `finishing stores the text of the log, usage and end row together`() async throws {
        let id = try await running([.reasoning("hm"), .content("Be"), .content("cause")])
        let usage = TokenUsage(promptTokens: 9, cachedTokens: 4, completionTokens: 3, reasoningTokens: 1)
        let end = try await store.finish(reply: id, attempt: 1, with: .init(finishReason: "stop", usage: usage)).ended
        let reply = try await fixture.reply(id)
        #expect(end.reply == reply)
        #expect(reply.state == .finished)
        #expect(reply.content == "Because")
        #expect(reply.reasoning == "hm")
        #expect(reply.finishReason == "stop")
        #expect(reply.usage == usage)
        #expect(reply.endedAt == fixture.time.now)
        #expect(end.row == LogRow(seq: 5, attempt: 1, kind: .finished, text: ChatPush.replyEnded(reply)))
        #expect(try await fixture.log(id).rows.last == end.row)
    }

    @Test func `the stored answer is the last attempt's alone`() async throws {
        let id = try await running([.content("first try")])
        try await fixture.take(id)
        _ = try await store.append([.content("second try")], reply: id, attempt: 2)
        _ = try await store.finish(reply: id, attempt: 2, with: .init(finishReason: "stop"))
        #expect(try await fixture.reply(id).content == "second try")
    }

    @Test func `stopping keeps what there is so far`() async throws {
        let id = try await running([.content("Be")])
        let end = try await store.stop(reply: id, uid: "ann").ended
        #expect(end.reply.state == .stopped)
        #expect(end.reply.content == "Be")
        #expect(end.row.kind == .stopped)
        #expect(end.row.seq == 3)
        #expect(try await store.stop(reply: id, uid: "ann") == .alreadyEnded(end))
    }

    @Test func `a queued reply can be stopped before any worker has it`() async throws {
        let sent = try await fixture.send()
        let end = try await store.stop(reply: sent.reply.id, uid: "ann").ended
        #expect(end.row.seq == 1)
        #expect(end.reply.attempt == 0)
        #expect(end.reply.content.isEmpty)
    }

    @Test func `giving up is worded by the error last noted`() async throws {
        let id = try await running([.content("Be")])
        #expect(try await store.note(.busy, reply: id, attempt: 1))
        #expect(try await fixture.reply(id).failure == nil)
        let end = try await store.fail(reply: id, attempt: nil, code: nil).ended
        #expect(end.reply.state == .failed)
        #expect(end.reply.failure == ReplyFailure(.busy))
        #expect(end.reply.failure?.isRetryable == true)
        #expect(try await fixture.reply(id) == end.reply)
        #expect(try await store.fail(reply: id, attempt: nil, code: nil) == .alreadyEnded(end))
    }

    @Test func `the next attempt forgets the error of the one before`() async throws {
        let id = try await running([])
        _ = try await store.note(.busy, reply: id, attempt: 1)
        try await fixture.take(id)
        let end = try await store.fail(reply: id, attempt: nil, code: nil).ended
        #expect(end.reply.failure?.code == "model_interrupted")
    }

    @Test func `a permanent error of the running attempt fails it at once`() async throws {
        let id = try await running([])
        let end = try await store.fail(reply: id, attempt: 1, code: .refused).ended
        #expect(end.reply.failure?.code == "model_refused")
        #expect(end.reply.failure?.isRetryable == false)
    }

    @Test func `of a stop and a finish at once one wins`() async throws {
        let second = try fixture.secondStore()
        for _ in 0..<10 {
            let id = try await running([.content("x")])
            async let stop = store.stop(reply: id, uid: "ann")
            async let finish = second.finish(reply: id, attempt: 1, with: .init(finishReason: "stop"))
            let results = try await [stop, finish]
            #expect(results.filter { if case .ended = $0 { true } else { false } }.count == 1)
            let ends = try await fixture.log(id).rows.filter { $0.kind == .finished || $0.kind == .stopped }
            #expect(ends.map(\.seq) == [3])
        }
    }

    @Test func `everything is there after the file is opened again`() async throws {
        let id = try await running([.content("Be")])
        await store.close()
        let again = try fixture.secondStore()
        let end = try await again.finish(reply: id, attempt: 1, with: .init(finishReason: "stop")).ended
        #expect(end.reply.content == "Be")
        await #expect(throws: ChatError.self) { try await store.reply(id, uid: "ann") }
    }

    /// A reply in its first attempt, with this text.
    private func running(_ parts: [ReplyPart]) async throws -> String {
        let sent = try await fixture.send()
        try await fixture.take(sent.reply.id)
        if !parts.isEmpty { _ = try await store.append(parts, reply: sent.reply.id, attempt: 1) }
        return sent.reply.id
    }
}
