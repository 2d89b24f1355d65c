import ChatAPIKit
import Testing

@Suite struct StoreSendingTests {
    let fixture: StoreFixture
    var store: SQLiteChatStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    @Test func `sending begins a conversation with a message and a queued reply`() async throws {
        let sent = try await fixture.send("\n  Why is\tthe sky blue?\nTell me.")
        #expect(sent.conversation.title == "Why is the sky blue?")
        #expect(sent.message.conversationID == sent.conversation.id)
        #expect(sent.reply.state == .queued)
        #expect(sent.reply.attempt == 0)
        let page = try await store.messages(
            conversation: sent.conversation.id,
            uid: "ann",
            through: nil,
            before: nil,
            limit: 10
        )
        var stored = sent.message
        stored.replies = [sent.reply]
        stored.versions = [stored.id]
        #expect(page == MessagePage(messages: [stored], hasEarlier: false))
    }

    @Test func `model and thinking asked for stay with the reply`() async throws {
        let message = NewMessage(content: "Why?", model: "big", thinking: false)
        let sent = try await store.send(message, uid: "ann").sent
        let reply = try await fixture.reply(sent.reply.id)
        #expect(reply.model == "big")
        #expect(reply.thinking == false)
    }

    @Test func `the same key answers with the same ids and stores nothing`() async throws {
        let first = try await fixture.send("Why?", key: "k1")
        let again = try await store.send(NewMessage(content: "Why?", idempotencyKey: "k1"), uid: "ann")
        #expect(again == .repeated(first))
        #expect(try await store.conversations(uid: "ann", cursor: nil, limit: 10)?.conversations.count == 1)
    }

    @Test(arguments: [
        NewMessage(content: "Why not?", idempotencyKey: "k1"),
        NewMessage(content: "Why?", idempotencyKey: "k1", model: "big"),
        NewMessage(content: "Why?", idempotencyKey: "k1", thinking: true),
        NewMessage(in: .conversation("other"), content: "Why?", idempotencyKey: "k1"),
    ])
    func `the same key with another request is a conflict`(other: NewMessage) async throws {
        try await fixture.send("Why?", key: "k1")
        #expect(try await store.send(other, uid: "ann") == .conflict)
    }

    @Test func `keys of different users have nothing to do with each other`() async throws {
        let ann = try await fixture.send("Why?", uid: "ann", key: "k1")
        let bob = try await fixture.send("How?", uid: "bob", key: "k1")
        #expect(ann.message.id != bob.message.id)
    }

    @Test func `two requests with one key at once store one message`() async throws {
        let second = try fixture.secondStore()
        let message = NewMessage(content: "Why?", idempotencyKey: "k1")
        async let left = store.send(message, uid: "ann")
        async let right = second.send(message, uid: "ann")
        let results = try await [left, right]
        #expect(results.filter { if case .stored = $0 { true } else { false } }.count == 1)
        #expect(results.filter { if case .repeated = $0 { true } else { false } }.count == 1)
    }

    @Test func `a conversation of another user is not found`() async throws {
        let sent = try await fixture.send()
        let message = NewMessage(in: .conversation(sent.conversation.id), content: "Me too")
        #expect(try await store.send(message, uid: "bob") == .notFound)
        #expect(try await store.conversations(uid: "bob", cursor: nil, limit: 10)?.conversations == [])
    }

    @Test func `a text with every kind of character comes back as it was`() async throws {
        let content = "quote \" back \\ line \n zero \0 end \u{1F680} e\u{301} '; DROP TABLE messages;--"
        let sent = try await fixture.answered(content, by: content)
        #expect(Array(try await fixture.reply(sent.reply.id).content.utf8) == Array(content.utf8))
        let page = try await store.messages(
            conversation: sent.conversation.id,
            uid: "ann",
            through: nil,
            before: nil,
            limit: 1
        )
        #expect(page.map { Array($0.messages[0].content.utf8) } == Array(content.utf8))
    }

    @Test func `regenerating makes another reply to the same message`() async throws {
        let sent = try await fixture.answered("Why?", by: "Because.")
        guard case .created(let reply) = try await store.regenerate(reply: sent.reply.id, uid: "ann", requestID: nil)
        else {
            throw Unexpected("not created")
        }
        #expect(reply.messageID == sent.message.id)
        #expect(reply.state == .queued)
        let page = try await store.messages(
            conversation: sent.conversation.id,
            uid: "ann",
            through: nil,
            before: nil,
            limit: 10
        )
        #expect(page?.messages.map { $0.replies.map(\.id) } == [[sent.reply.id, reply.id]])
    }

    @Test func `nothing is regenerated while a reply to the message has not ended`() async throws {
        let sent = try await fixture.send()
        #expect(try await store.regenerate(reply: sent.reply.id, uid: "ann", requestID: nil) == .unfinished(sent.reply))
    }

    @Test func `another user's reply is not regenerated`() async throws {
        let sent = try await fixture.answered("Why?", by: "Because.")
        #expect(try await store.regenerate(reply: sent.reply.id, uid: "bob", requestID: nil) == .notFound)
    }

    @Test func `ids sort by time and differ`() {
        let ids = (0..<100).map { Identifier.make(at: Int64($0 / 2)) }
        #expect(Set(ids).count == 100)
        #expect(ids.map { $0.prefix(10) } == ids.map { $0.prefix(10) }.sorted())
        #expect(Identifier.make(at: 0, random: Array(repeating: 0, count: 10)) == String(repeating: "0", count: 26))
        let last = Identifier.make(at: 0xFFFF_FFFF_FFFF, random: Array(repeating: 255, count: 10))
        #expect(last == "7" + String(repeating: "z", count: 25))
    }
}
