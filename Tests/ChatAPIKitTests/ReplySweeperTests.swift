import ChatAPIKit
import PlatformCore
import TestSupport
import Testing

@Suite struct ReplySweeperTests {
    let fixture: StoreFixture
    let events = EventLog()

    init() throws { fixture = try StoreFixture() }

    @Test func `what is queued or untouched is dispatched, in the order of its birth`() async throws {
        let running = try await fixture.send("running")
        try await fixture.take(running.reply.id)
        let ended = try await fixture.answered("ended", by: "x")
        let queued = try await fixture.send("queued")
        fixture.time.advance(by: .seconds(30))
        let queue = RecordingDispatcher()
        await sweeper(queue).sweep()
        #expect(queue.replies.map(\.replyID) == [running.reply.id, queued.reply.id])
        #expect(queue.replies.map(\.conversationID) == [running.conversation.id, queued.conversation.id])
        #expect(!queue.replies.contains { $0.replyID == ended.reply.id })
    }

    @Test func `more than a page is dispatched in one sweep, each once`() async throws {
        let fixture = fixture
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<450 { group.addTask { try await fixture.send("\(number)") } }
            try await group.waitForAll()
        }
        fixture.time.advance(by: .seconds(2))
        let queue = RecordingDispatcher()
        await sweeper(queue).sweep()
        #expect(queue.replies.count == 450)
        #expect(Set(queue.replies).count == 450)
    }

    @Test func `a queue that is down is reported once per sweep`() async throws {
        for number in 0..<3 { try await fixture.send("\(number)") }
        fixture.time.advance(by: .seconds(2))
        await sweeper(RecordingDispatcher { _ in throw Unexpected("down") }).sweep()
        #expect(events.count(of: "reply not dispatched") == 1)
    }

    @Test func `it sweeps again and again until it is cancelled, and then returns`() async throws {
        let queue = RecordingDispatcher()
        let sweeper = sweeper(queue)
        let running = Task { await sweeper.run() }
        try await fixture.send()
        fixture.time.advance(by: .seconds(2))
        try await eventually(.seconds(20), "two sweeps") { queue.replies.count >= 2 }
        running.cancel()
        try await within(.seconds(20), "the sweeper ends") { await running.value }
    }

    private func sweeper(_ queue: RecordingDispatcher) -> ReplySweeper {
        let events = events
        return ReplySweeper(
            store: fixture.store,
            dispatcher: queue,
            configuration: .init(interval: .milliseconds(5), onEvent: { events.add($0) })
        )
    }
}
