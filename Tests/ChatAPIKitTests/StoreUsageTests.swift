import ChatAPIKit
import PlatformCore
import SQLiteCore
import TestSupport
import Testing

/// What answers cost, by day and conversation.
@Suite struct StoreUsageTests {
    let fixture: StoreFixture
    var store: SQLiteChatStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    @Test func `every end is counted once, on its day, for its user and its conversation`() async throws {
        let first = try await spend(10, 3)
        try await spend(20, 5, in: first.conversation.id)
        fixture.time.advance(by: .seconds(86_400))
        try await spend(1, 1)
        try await spend(100, 100, uid: "bob")
        let days = try await store.usage(uid: "ann", days: 30)
        #expect(days.map(\.day.text) == ["2023-11-14", "2023-11-15"])
        #expect(days.map(\.total.replies) == [2, 1])
        #expect(days.map(\.total.tokens.promptTokens) == [30, 1])
        #expect(days.map(\.total.tokens.completionTokens) == [8, 1])
        #expect(try await store.usage(uid: "ann", days: 1).map(\.day.text) == ["2023-11-15"])
        let conversation = try await store.conversation(first.conversation.id, uid: "ann")
        #expect(conversation?.usage.replies == 2)
        #expect(conversation?.usage.tokens.promptTokens == 30)
    }

    @Test func `a stopped answer counts, a failed one does not`() async throws {
        let stopped = try await fixture.send()
        try await fixture.take(stopped.reply.id)
        _ = try await store.stop(reply: stopped.reply.id, uid: "ann")
        _ = try await store.stop(reply: stopped.reply.id, uid: "ann")
        let failed = try await fixture.send()
        _ = try await store.fail(reply: failed.reply.id, attempt: nil, code: .busy)
        #expect(try await store.usage(uid: "ann", days: 1).map(\.total) == [UsageTotal(replies: 1)])
    }

    @Test(arguments: [
        (0, "1970-01-01"), (-1, "1969-12-31"), (59, "1970-03-01"), (11_016, "2000-02-29"), (19_723, "2024-01-01"),
        (20_779, "2026-11-22"), (47_541, "2100-03-01"), (-719_528, "0000-01-01"),
    ])
    func `days are those of the calendar`(number: Int, text: String) {
        #expect(CalendarDay(daysSince1970: number).text == text)
        #expect(CalendarDay(at: Int64(number) * 86_400_000).daysSince1970 == number)
        #expect(CalendarDay(at: Int64(number) * 86_400_000 + 86_399_999).daysSince1970 == number)
    }

    @Test func `an older database has its usage summed up, and keeps its titles`() async throws {
        let directory = TemporaryDirectory()
        let path = directory.file("old.sqlite")
        let options = Database.Options(
            applicationID: ChatSchema.applicationID,
            migrations: Array(ChatSchema.migrations.prefix(2))
        )
        let old = try Database(path: path, options: options)
        try await old.write { connection in
            try connection.execute(
                """
                INSERT INTO conversations (id, uid, title, created_at, updated_at) VALUES ('c', 'ann', 'mine', 1, 1);
                INSERT INTO messages (id, conversation_id, uid, role, content, created_at)
                VALUES ('m', 'c', 'ann', 'user', 'Why?', 1);
                INSERT INTO replies (id, message_id, conversation_id, uid, state, touched_at, content, prompt_tokens,
                    cached_tokens, completion_tokens, reasoning_tokens, created_at, ended_at, last_seq)
                VALUES ('r', 'm', 'c', 'ann', 'finished', 1, 'So.', 7, 0, 2, 0, 1, 1700000000000, 1);
                """
            )
        }
        await old.close()
        let store = try SQLiteChatStore(path: path, clock: fixture.time.clock)
        let total = UsageTotal(replies: 1, tokens: TokenUsage(promptTokens: 7, completionTokens: 2))
        #expect(try await store.usage(uid: "ann", days: 1).map(\.total) == [total])
        #expect(try await store.conversation("c", uid: "ann")?.usage == total)
        #expect(try await store.titleSource(conversation: "c") == nil)
    }

    @discardableResult
    private func spend(
        _ prompt: Int,
        _ completion: Int,
        in conversation: String? = nil,
        uid: String = "ann"
    ) async throws -> SentMessage {
        let sent = try await fixture.send(in: conversation, uid: uid)
        try await fixture.take(sent.reply.id)
        let usage = TokenUsage(promptTokens: prompt, completionTokens: completion)
        _ = try await store.finish(
            reply: sent.reply.id,
            attempt: 1,
            with: .init(finishReason: "stop", usage: usage)
        ).ended
        return sent
    }
}
