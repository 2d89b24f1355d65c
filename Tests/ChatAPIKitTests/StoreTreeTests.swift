import ChatAPIKit
import SQLiteCore
import TestSupport
import Testing

/// Questions that were edited, and what became of what followed them.
@Suite struct StoreTreeTests {
    let fixture: StoreFixture
    var store: SQLiteChatStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    @Test func `an edited question is another version with a branch of its own`() async throws {
        let sky = try await fixture.answered("sky?", by: "blue")
        let id = sky.conversation.id
        try await fixture.answered("why?", by: "light", in: id)
        let sea = try await send("sea?", .beside(sky.message.id))
        #expect(sea.conversation.id == id)
        #expect(sea.message.parentID == nil)
        #expect(sea.reply.state == .queued)
        #expect(try await branch(id) == ["sea?"])
        #expect(try await branch(id, through: sky.message.id) == ["sky?", "why?"])
        let shown = try #require(try await page(id).messages.first)
        #expect(shown.versions == [sky.message.id, sea.message.id])
    }

    @Test func `history is that of the question's own branch`() async throws {
        let sky = try await fixture.answered("sky?", by: "blue")
        let why = try await fixture.answered("why?", by: "light", in: sky.conversation.id)
        try await fixture.answered("more", by: "no more", in: sky.conversation.id)
        let place = try await send("where?", .beside(why.message.id))
        #expect(
            try await store.history(before: place.reply, byteLimit: 1000) == [
                HistoryTurn(question: "sky?", answer: "blue")
            ]
        )
        let sea = try await send("sea?", .beside(sky.message.id))
        #expect(try await store.history(before: sea.reply, byteLimit: 1000).isEmpty)
    }

    @Test func `a question goes behind the one it names, or else behind the newest`() async throws {
        let one = try await fixture.send("1")
        let id = one.conversation.id
        let two = try await send("2", .conversation(id))
        let other = try await send("2b", .conversation(id, after: one.message.id))
        #expect([two.message.parentID, other.message.parentID] == [one.message.id, one.message.id])
        let three = try await send("3", .conversation(id))
        #expect(three.message.parentID == other.message.id)
        #expect(try await branch(id, through: two.message.id) == ["1", "2"])
        #expect(try await branch(id) == ["1", "2b", "3"])
    }

    @Test func `a parent or a version that is not there is told`() async throws {
        let mine = try await fixture.send("1")
        let others = try await fixture.send("1", uid: "bob")
        let id = mine.conversation.id
        for place in [NewMessage.Place.conversation(id, after: others.message.id), .conversation(id, after: "none")] {
            #expect(try await store.send(.init(in: place, content: "2"), uid: "ann") == .parentNotFound)
        }
        let foreign = others.conversation.id
        for place in [
            NewMessage.Place.beside(others.message.id), .beside("none"), .conversation("none", after: mine.message.id),
            .conversation(foreign, after: others.message.id),
        ] {
            #expect(try await store.send(.init(in: place, content: "2"), uid: "ann") == .notFound)
        }
    }

    @Test func `a question that is refused leaves its conversation where it was`() async throws {
        let sent = try await fixture.send("1")
        fixture.time.advance(by: .seconds(1))
        let place = NewMessage.Place.conversation(sent.conversation.id, after: "none")
        #expect(try await store.send(.init(in: place, content: "2"), uid: "ann") == .parentNotFound)
        #expect(try await store.conversation(sent.conversation.id, uid: "ann") == sent.conversation)
    }

    @Test func `a page ends above a message of whatever branch`() async throws {
        let first = try await fixture.send("0")
        let id = first.conversation.id
        for number in 1..<5 { try await fixture.send("\(number)", in: id) }
        try await send("0b", .beside(first.message.id))
        let newest = try await page(id, through: first.message.id, limit: 2)
        #expect(newest.messages.map(\.content) == ["3", "4"])
        let older = try await page(id, before: newest.messages[0].id)
        #expect(older.messages.map(\.content) == ["0", "1", "2"])
        #expect(!older.hasEarlier)
        let none = try await page(id, before: older.messages[0].id)
        #expect(none == MessagePage(messages: [], hasEarlier: false))
    }

    @Test func `of a deleted question that has no other version, what followed moves up`() async throws {
        let one = try await fixture.answered("1", by: "a")
        let id = one.conversation.id
        let two = try await fixture.answered("2", by: "b", in: id)
        try await fixture.answered("3", by: "c", in: id)
        let expected = DeletedMessages(conversationID: id, ids: [two.message.id])
        #expect(try await store.delete(message: two.message.id, uid: "ann") == expected)
        #expect(try await branch(id) == ["1", "3"])
        #expect(try await store.reply(two.reply.id, uid: "ann") == nil)
        _ = try await store.delete(message: one.message.id, uid: "ann")
        #expect(try await branch(id) == ["3"])
        let last = try await fixture.send("4", in: id)
        #expect(
            try await store.history(before: last.reply, byteLimit: 99) == [HistoryTurn(question: "3", answer: "c")]
        )
    }

    @Test func `of a deleted version everything below goes too, and its workers are fenced`() async throws {
        let sky = try await fixture.answered("sky?", by: "blue")
        let id = sky.conversation.id
        let why = try await fixture.send("why?", in: id)
        try await fixture.take(why.reply.id)
        try await send("sea?", .beside(sky.message.id))
        let deleted = try #require(try await store.delete(message: sky.message.id, uid: "ann"))
        #expect(deleted.ids == [sky.message.id, why.message.id])
        #expect(try await store.append([.content("x")], reply: why.reply.id, attempt: 1) == nil)
        #expect(try await branch(id) == ["sea?"])
        #expect(try await page(id).messages[0].versions.count == 1)
    }

    @Test func `a message is deleted by its user alone`() async throws {
        let sent = try await fixture.send()
        #expect(try await store.delete(message: sent.message.id, uid: "bob") == nil)
        #expect(try await store.delete(message: "none", uid: "ann") == nil)
        #expect(try await branch(sent.conversation.id) == ["Why?"])
    }

    @Test func `what a conversation sets is what its questions leave open`() async throws {
        let first = try await fixture.send()
        let id = first.conversation.id
        let change = ConversationChange(systemPrompt: "Be brief.", model: "big", thinking: true)
        let changed = try #require(try await store.change(conversation: id, uid: "ann", change))
        #expect([changed.systemPrompt, changed.model, changed.title] == ["Be brief.", "big", "Why?"])
        #expect(try await store.conversation(id, uid: "ann") == changed)
        let plain = try await fixture.send("2", in: id)
        #expect(plain.reply.model == "big")
        #expect(plain.reply.thinking == true)
        let own = NewMessage(in: .conversation(id), content: "3", model: "small", thinking: false)
        #expect(try await store.send(own, uid: "ann").sent.reply.model == "small")
        #expect(try await fixture.take(first.reply.id).systemPrompt == "Be brief.")
        let cleared = try await store.change(conversation: id, uid: "ann", .init(systemPrompt: .some(nil)))
        #expect(cleared?.systemPrompt == nil)
        #expect(cleared?.model == "big")
    }

    @Test func `a key is good as new after a day`() async throws {
        let first = try await fixture.send("Why?", key: "k")
        fixture.time.advance(by: .seconds(86_399))
        let again = NewMessage(content: "Why?", idempotencyKey: "k")
        #expect(try await store.send(again, uid: "ann") == .repeated(first))
        fixture.time.advance(by: .seconds(1))
        let second = try await fixture.send("Other", key: "k")
        #expect(second.message.id != first.message.id)
        #expect(try await store.send(.init(content: "Other", idempotencyKey: "k"), uid: "ann") == .repeated(second))
    }

    @Test(arguments: [true, false])
    func `what was deleted does not come back by a repeated request`(withConversation: Bool) async throws {
        let sent = try await fixture.send("Why?", key: "k")
        let again = NewMessage(content: "Why?", idempotencyKey: "k")
        if withConversation {
            #expect(try await store.delete(conversation: sent.conversation.id, uid: "ann"))
        } else {
            #expect(try await store.delete(message: sent.message.id, uid: "ann") != nil)
        }
        fixture.time.advance(by: .seconds(86_399))
        #expect(try await store.send(again, uid: "ann") == .notFound)
        #expect(try await store.send(again, uid: "bob").sent.message.id != sent.message.id)
        fixture.time.advance(by: .seconds(1))
        #expect(try await store.send(again, uid: "ann").sent.message.id != sent.message.id)
    }

    @discardableResult
    private func send(_ content: String, _ place: NewMessage.Place) async throws -> SentMessage {
        try await store.send(.init(in: place, content: content), uid: "ann").sent
    }

    private func page(
        _ id: String,
        through: String? = nil,
        before: String? = nil,
        limit: Int = 10
    ) async throws -> MessagePage {
        try #require(
            try await store.messages(conversation: id, uid: "ann", through: through, before: before, limit: limit)
        )
    }

    private func branch(_ id: String, through: String? = nil) async throws -> [String] {
        try await page(id, through: through).messages.map(\.content)
    }
}
