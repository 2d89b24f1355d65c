import ChatAPIKit
import Testing

/// What of a long conversation is sent along.
@Suite struct StoreHistoryTests {
    let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    @Test func `a history that fits is whole`() async throws {
        let conversation = try await talk(40)
        #expect(try await questions(of: conversation, limit: 40 * 6).count == 40)
    }

    @Test func `a cut history keeps its beginning until the limit is passed again`() async throws {
        let conversation = try await talk(20)
        var beginnings: [String] = []
        for number in 20..<60 {
            let questions = try await questions(of: conversation, limit: 20 * 6 - 1)
            #expect((9...19).contains(questions.count))
            #expect(questions.last == name(number - 1))
            if let first = questions.first, beginnings.last != first { beginnings.append(first) }
            try await fixture.answered(name(number), by: "a00", in: conversation)
        }
        // One new beginning for ten questions, not one for each.
        #expect(beginnings.count == 4)
    }

    @Test func `a branch that leaves before a beginning has its own`() async throws {
        let conversation = try await talk(30)
        _ = try await questions(of: conversation, limit: 20 * 6)
        let page = try #require(
            try await fixture.store.messages(
                conversation: conversation,
                uid: "ann",
                through: nil,
                before: nil,
                limit: 99
            )
        )
        let early = try #require(page.messages.first { $0.content == "q15" })
        let edited = try await fixture.store.send(.init(in: .beside(early.id), content: "q15b"), uid: "ann").sent
        let history = try await fixture.store.history(before: edited.reply, byteLimit: 20 * 6)
        #expect(history.count == 15)
        #expect(history.first?.question == "q00")
    }

    @Test func `what is longer than the limit by itself is left out`() async throws {
        let first = try await fixture.answered("a long question", by: "a long answer")
        #expect(try await questions(of: first.conversation.id, limit: 10).isEmpty)
    }

    private func talk(_ count: Int) async throws -> String {
        let first = try await fixture.answered("q00", by: "a00")
        for number in 1..<count { try await fixture.answered(name(number), by: "a00", in: first.conversation.id) }
        return first.conversation.id
    }

    private func name(_ number: Int) -> String { number < 10 ? "q0\(number)" : "q\(number)" }

    /// The questions that go along with a next one, which is taken back.
    private func questions(of conversation: String, limit: Int) async throws -> [String] {
        let next = try await fixture.send("next", in: conversation)
        let turns = try await fixture.store.history(before: next.reply, byteLimit: limit)
        #expect(turns.reduce(0) { $0 + $1.question.utf8.count + ($1.answer ?? "").utf8.count } <= limit)
        _ = try await fixture.store.delete(message: next.message.id, uid: "ann")
        return turns.map(\.question)
    }
}
