import ChatAPIKit
import Testing

@Suite struct StoreAttemptTests {
    let fixture: StoreFixture
    var store: SQLiteChatStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    @Test func `the first attempt writes a started row that is what is pushed`() async throws {
        let sent = try await fixture.send()
        let attempt = try await fixture.take(sent.reply.id)
        #expect(attempt.question == "Why?")
        #expect(attempt.reply.attempt == 1)
        #expect(attempt.row.seq == 1)
        #expect(attempt.row.kind == .started)
        #expect(attempt.row.text == ChatPush.replyStarted(attempt.reply))
        #expect(try await fixture.log(sent.reply.id).rows == [attempt.row])
    }

    @Test func `a later attempt deletes the text of older ones and goes on counting`() async throws {
        let sent = try await fixture.send()
        try await fixture.take(sent.reply.id)
        _ = try await store.append([.reasoning("hm"), .content("Be")], reply: sent.reply.id, attempt: 1)
        let second = try await fixture.take(sent.reply.id)
        #expect(second.reply.attempt == 2)
        #expect(second.row.seq == 4)
        #expect(second.row.kind == .reset)
        let log = try await fixture.log(sent.reply.id)
        #expect(log.rows.map(\.seq) == [1, 4])
        #expect(log.lastSeq == 4)
    }

    @Test func `the job that has a reply takes it again at once, another one after thirty seconds`() async throws {
        let sent = try await fixture.send()
        try await fixture.take(sent.reply.id, job: "job-1")
        try await fixture.take(sent.reply.id, job: "job-1")
        fixture.time.advance(by: .seconds(10))
        let held = try await store.takeAttempt(reply: sent.reply.id, jobID: "job-2", takeOverAfter: .seconds(30))
        #expect(held == .held(for: .seconds(20)))
        fixture.time.advance(by: .seconds(20))
        #expect(try await fixture.take(sent.reply.id, job: "job-2").reply.attempt == 3)
    }

    @Test func `a clock that was set back does not hold a reply for longer`() async throws {
        let sent = try await fixture.send()
        try await fixture.take(sent.reply.id, job: "job-1")
        fixture.time.advance(by: .seconds(-3600))
        let held = try await store.takeAttempt(reply: sent.reply.id, jobID: "job-2", takeOverAfter: .seconds(30))
        #expect(held == .held(for: .seconds(30)))
    }

    @Test func `touching and appending keep a reply from other jobs`() async throws {
        let sent = try await fixture.send()
        try await fixture.take(sent.reply.id, job: "job-1")
        for _ in 0..<3 {
            fixture.time.advance(by: .seconds(20))
            #expect(try await store.touch(reply: sent.reply.id, attempt: 1))
            fixture.time.advance(by: .seconds(20))
            #expect(try await store.append([.content("x")], reply: sent.reply.id, attempt: 1) != nil)
            let other = try await store.takeAttempt(reply: sent.reply.id, jobID: "job-2", takeOverAfter: .seconds(30))
            #expect(other == .held(for: .seconds(30)))
        }
    }

    @Test func `an earlier reply of the conversation comes first, even of the same millisecond`() async throws {
        let first = try await fixture.send("one")
        let second = try await fixture.send("two", in: first.conversation.id)
        let earlier = SweepCandidate(replyID: first.reply.id, conversationID: first.conversation.id)
        #expect(try await take(second) == .waiting(for: earlier))
        try await fixture.take(first.reply.id)
        #expect(try await take(second) == .waiting(for: earlier))
        _ = try await store.finish(reply: first.reply.id, attempt: 1, with: .init(finishReason: "stop"))
        #expect(try await take(second).taken.reply.attempt == 1)
    }

    @Test func `replies of other conversations run beside each other`() async throws {
        let first = try await fixture.send("one")
        let second = try await fixture.send("two")
        try await fixture.take(first.reply.id)
        try await fixture.take(second.reply.id)
    }

    @Test func `of two workers with different jobs one gets the reply`() async throws {
        let second = try fixture.secondStore()
        for _ in 0..<10 {
            let reply = try await fixture.send().reply.id
            async let left = store.takeAttempt(reply: reply, jobID: "job-1", takeOverAfter: .seconds(30))
            async let right = second.takeAttempt(reply: reply, jobID: "job-2", takeOverAfter: .seconds(30))
            let results = try await [left, right]
            #expect(results.filter { if case .taken = $0 { true } else { false } }.count == 1)
            #expect(results.contains(.held(for: .seconds(30))))
        }
    }

    @Test func `what an older attempt writes is refused`() async throws {
        let sent = try await fixture.send()
        let id = sent.reply.id
        try await fixture.take(id)
        try await fixture.take(id)
        #expect(try await store.append([.content("old")], reply: id, attempt: 1) == nil)
        #expect(try await !store.touch(reply: id, attempt: 1))
        #expect(try await !store.note(.busy, reply: id, attempt: 1))
        #expect(try await store.finish(reply: id, attempt: 1, with: .init(finishReason: "stop")) == .fenced)
        #expect(try await store.fail(reply: id, attempt: 1, code: .refused) == .fenced)
        let log = try await fixture.log(id)
        #expect(log.state == .running)
        #expect(log.lastSeq == 2)
    }

    @Test func `what is written after the end is refused`() async throws {
        let sent = try await fixture.send()
        let id = sent.reply.id
        try await fixture.take(id)
        let end = try await store.stop(reply: id, uid: "ann").ended
        #expect(try await store.append([.content("late")], reply: id, attempt: 1) == nil)
        #expect(try await !store.touch(reply: id, attempt: 1))
        #expect(try await store.finish(reply: id, attempt: 1, with: .init(finishReason: "stop")) == .fenced)
        #expect(try await take(sent) == .ended(end))
        #expect(try await fixture.log(id).lastSeq == 2)
    }

    @Test func `a reply that does not exist is not taken`() async throws {
        let result = try await store.takeAttempt(reply: "none", jobID: "job-1", takeOverAfter: .seconds(30))
        #expect(result == .notFound)
    }

    private func take(_ sent: SentMessage) async throws -> TakeResult {
        try await store.takeAttempt(reply: sent.reply.id, jobID: "job-1", takeOverAfter: .seconds(30))
    }
}
