import ChatAPIKit
import Testing

@Suite struct StoreReadingTests {
    let fixture: StoreFixture
    var store: SQLiteChatStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    @Test func `conversations come newest first, page by page, each once`() async throws {
        var ids: [String] = []
        for number in 0..<7 {
            // Two at a time share their milliseconds.
            if number % 2 == 0 { fixture.time.advance(by: .seconds(1)) }
            ids.append(try await fixture.send("\(number)").conversation.id)
        }
        var seen: [Conversation] = []
        var cursor: String?
        repeat {
            let page = try #require(try await store.conversations(uid: "ann", cursor: cursor, limit: 3))
            #expect(page.conversations.count <= 3)
            seen += page.conversations
            cursor = page.nextCursor
        } while cursor != nil
        #expect(seen.count == 7)
        #expect(Set(seen.map(\.id)) == Set(ids))
        #expect(seen.map(\.updatedAt) == seen.map(\.updatedAt).sorted(by: >))
    }

    @Test func `uids that look alike but differ in bytes are two users`() async throws {
        guard case .stored(let sent) = try await store.send(NewMessage(content: "?"), uid: "\u{E9}") else {
            Issue.record("it was not stored")
            return
        }
        let id = sent.reply.id
        #expect(try await store.reply(id, uid: "\u{E9}") != nil)
        #expect(try await store.reply(id, uid: "e\u{301}") == nil)
        #expect(try await store.log(reply: id, uid: "e\u{301}", after: 0) == nil)
        #expect(try await store.stop(reply: id, uid: "e\u{301}") == .notFound)
        #expect(try await store.regenerate(reply: id, uid: "e\u{301}", requestID: nil) == .notFound)
    }

    @Test func `a new question moves its conversation to the top, a new title does not`() async throws {
        let first = try await fixture.send("first").conversation.id
        fixture.time.advance(by: .seconds(1))
        let second = try await fixture.send("second").conversation.id
        fixture.time.advance(by: .seconds(1))
        let renamed = try await store.change(conversation: first, uid: "ann", .init(title: "Sky"))
        #expect(renamed?.title == "Sky")
        #expect(
            try await store.conversations(uid: "ann", cursor: nil, limit: 9)?.conversations.map(\.id) == [
                second, first,
            ]
        )
        try await fixture.send("more", in: first)
        #expect(
            try await store.conversations(uid: "ann", cursor: nil, limit: 9)?.conversations.map(\.id) == [
                first, second,
            ]
        )
    }

    @Test(arguments: ["", "-", "x-y", "12", "9999999999999999999999-a"])
    func `a cursor that makes no sense is told`(cursor: String) async throws {
        try await fixture.send()
        #expect(try await store.conversations(uid: "ann", cursor: cursor, limit: 9) == nil)
    }

    @Test func `messages come oldest first, in pages that end before a message`() async throws {
        let first = try await fixture.send("0")
        for number in 1..<5 { try await fixture.send("\(number)", in: first.conversation.id) }
        let id = first.conversation.id
        let newest = try #require(
            try await store.messages(conversation: id, uid: "ann", through: nil, before: nil, limit: 2)
        )
        #expect(newest.messages.map(\.content) == ["3", "4"])
        #expect(newest.hasEarlier)
        let before = newest.messages[0].id
        let older = try #require(
            try await store.messages(conversation: id, uid: "ann", through: nil, before: before, limit: 3)
        )
        #expect(older.messages.map(\.content) == ["0", "1", "2"])
        #expect(!older.hasEarlier)
    }

    @Test func `nothing of a user's is found by another`() async throws {
        let sent = try await fixture.send()
        try await fixture.take(sent.reply.id)
        let conversation = sent.conversation.id
        #expect(try await store.conversation(conversation, uid: "bob") == nil)
        #expect(
            try await store.messages(conversation: conversation, uid: "bob", through: nil, before: nil, limit: 9) == nil
        )
        #expect(try await store.change(conversation: conversation, uid: "bob", .init(title: "mine")) == nil)
        #expect(try await !store.delete(conversation: conversation, uid: "bob"))
        #expect(try await store.reply(sent.reply.id, uid: "bob") == nil)
        #expect(try await store.log(reply: sent.reply.id, uid: "bob", after: 0) == nil)
        #expect(try await store.activeReplies(uid: "bob").isEmpty)
        #expect(try await store.stop(reply: sent.reply.id, uid: "bob") == .notFound)
        #expect(try await fixture.reply(sent.reply.id).state == .running)
        #expect(try await store.conversation(conversation, uid: "ann")?.title == "Why?")
    }

    @Test func `the log answers the rows above a number with the position`() async throws {
        let sent = try await fixture.send()
        try await fixture.take(sent.reply.id)
        let parts: [ReplyPart] = [.reasoning("hm"), .content("Be"), .content("cause")]
        _ = try await store.append(parts, reply: sent.reply.id, attempt: 1)
        let log = try await fixture.log(sent.reply.id, after: 2)
        #expect(log.rows.map(\.seq) == [3, 4])
        #expect(log.rows.map(\.text) == ["Be", "cause"])
        #expect(log.state == .running)
        #expect(log.attempt == 1)
        #expect(log.lastSeq == 4)
    }

    @Test func `active replies are the user's queued and running ones`() async throws {
        let running = try await fixture.send("one")
        try await fixture.take(running.reply.id)
        let queued = try await fixture.send("two")
        try await fixture.answered("three", by: "3")
        let active = try await store.activeReplies(uid: "ann")
        #expect(active.map(\.replyID) == [running.reply.id, queued.reply.id])
        #expect(active.map(\.state) == [.running, .queued])
        #expect(active.map(\.attempt) == [1, 0])
        #expect(active.map(\.lastSeq) == [1, 0])
    }

    @Test func `history has earlier questions with their last answers, oldest first`() async throws {
        let first = try await fixture.answered("one", by: "old")
        let conversation = first.conversation.id
        guard case .created(let second) = try await store.regenerate(reply: first.reply.id, uid: "ann", requestID: nil)
        else {
            throw Unexpected("not created")
        }
        try await fixture.take(second.id)
        _ = try await store.append([.content("new")], reply: second.id, attempt: 1)
        _ = try await store.finish(reply: second.id, attempt: 1, with: .init(finishReason: "stop"))
        let failed = try await fixture.send("two", in: conversation)
        _ = try await store.fail(reply: failed.reply.id, attempt: nil, code: .busy)
        let stopped = try await fixture.send("three", in: conversation)
        try await fixture.take(stopped.reply.id)
        _ = try await store.append([.content("half")], reply: stopped.reply.id, attempt: 1)
        _ = try await store.stop(reply: stopped.reply.id, uid: "ann")
        let empty = try await fixture.send("four", in: conversation)
        _ = try await store.stop(reply: empty.reply.id, uid: "ann")
        try await fixture.answered("elsewhere", by: "not mine")
        let last = try await fixture.send("five", in: conversation)
        let turns = try await store.history(before: last.reply, byteLimit: 1000)
        #expect(turns.map(\.question) == ["one", "two", "three", "four"])
        #expect(turns.map(\.answer) == ["new", nil, "half", nil])
        #expect(try await store.history(before: second, byteLimit: 1000).isEmpty)
    }

    @Test func `sweep candidates are old queued ones and untouched running ones`() async throws {
        let running = try await fixture.send("running")
        try await fixture.take(running.reply.id)
        let queued = try await fixture.send("queued")
        try await fixture.answered("ended", by: "x")
        #expect(try await candidates(queuedFor: .seconds(2)).isEmpty)
        fixture.time.advance(by: .seconds(2))
        #expect(try await candidates(queuedFor: .seconds(2)) == [queued.reply.id])
        fixture.time.advance(by: .seconds(28))
        #expect(try await candidates(queuedFor: .seconds(2)) == [running.reply.id, queued.reply.id])
        _ = try await store.touch(reply: running.reply.id, attempt: 1)
        #expect(try await candidates(queuedFor: .seconds(2)) == [queued.reply.id])
    }

    @Test func `deleting a conversation takes everything in it along`() async throws {
        let sent = try await fixture.send("Why?")
        try await fixture.take(sent.reply.id)
        _ = try await store.append([.content("Be")], reply: sent.reply.id, attempt: 1)
        #expect(try await store.delete(conversation: sent.conversation.id, uid: "ann"))
        #expect(try await store.reply(sent.reply.id, uid: "ann") == nil)
        #expect(try await store.append([.content("cause")], reply: sent.reply.id, attempt: 1) == nil)
        #expect(try await store.conversations(uid: "ann", cursor: nil, limit: 9)?.conversations == [])
        #expect(try await candidates(queuedFor: .zero).isEmpty)
    }

    private func candidates(queuedFor: Duration) async throws -> [String] {
        try await store.sweepCandidates(queuedFor: queuedFor, untouchedFor: .seconds(30), after: nil, limit: 9)
            .map(\.replyID)
    }
}
