import ChatAPIKit
import PlatformCore
import TestSupport
import Testing

@Suite struct ReplyWatchTests {
    @Test func `attempts of a process share one look per interval, and none look when there are none`() async throws {
        let fixture = try StoreFixture()
        let store = ObservedStore(fixture.store)
        let watch = AttemptWatch(store: store, interval: .milliseconds(2), clock: ContinuousClock()) { _ in }
        let lost = Lock<[String]>([])
        var replies: [String] = []
        var keys: [Int] = []
        for number in 0..<10 {
            let id = try await fixture.send("\(number)").reply.id
            try await fixture.take(id, job: "job-\(number)")
            replies.append(id)
            keys.append(watch.add(replyID: id, attempt: 1) { lost.withLock { $0.append(id) } })
        }
        try await eventually(.seconds(20), "a look at all of them") { [all = Set(replies)] in
            store.looks.contains(all)
        }
        _ = try await fixture.store.stop(reply: replies[3], uid: "ann")
        try await fixture.take(replies[5], job: "job-5")
        let expected: Set = [replies[3], replies[5]]
        try await eventually(.seconds(20), "the lost ones hear of it") { Set(lost.withLock { $0 }) == expected }
        for key in keys { watch.remove(key) }
        try await eventually(.seconds(20), "the looking ends") {
            let before = store.looks.count
            try await Task.sleep(for: .milliseconds(20))
            return store.looks.count == before
        }
        #expect(lost.withLock { $0 }.count == 2)
    }

    @Test func `an inbox joins what waits, gives text before the end, and nothing once it is lost`() async {
        let inbox = AttemptInbox()
        inbox.add(.content("a"))
        inbox.add(.reasoning("x"))
        inbox.add(.content("b"))
        inbox.add(.content(""))
        inbox.end(.success(.init(finishReason: "stop")))
        guard case .parts(let parts) = await inbox.next() else { return #expect(Bool(false), "no text") }
        #expect(parts == [.reasoning("x"), .content("ab")])
        guard case .ended(.success(let end)) = await inbox.next() else { return #expect(Bool(false), "no end") }
        #expect(end.finishReason == "stop")
        inbox.add(.content("c"))
        inbox.lose()
        guard case .lost = await inbox.next() else { return #expect(Bool(false), "not lost") }
    }

    @Test func `an inbox wakes the writer that waits`() async throws {
        let inbox = AttemptInbox()
        let waiting = Task { await inbox.next() }
        await Task.yield()
        inbox.add(.content("a"))
        let news = try await within(.seconds(20), "the writer wakes") { await waiting.value }
        guard case .parts([.content("a")]) = news else { return #expect(Bool(false), "no text") }
    }
}
