import JobQueueKit
import Testing

@Suite("Contract: channels")
struct ChannelTests {
    @Test(arguments: Driver.allCases)
    func `a paused channel lends nothing until it is resumed, others do`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        try await store.push("a", .init(channel: "mail/ü"))
        try await store.push("b", .init(channel: "other"))
        try await store.change("mail/ü", .pause)
        #expect(try await store.channels() == ["mail/ü": ChannelSettings(isPaused: true)])
        #expect(try await store.reserve(9, from: ["mail/ü", "other"]).map(\.label) == ["b"])
        #expect(try await store.reserve(9, from: ["mail/ü"]).isEmpty)
        #expect(try await store.statistics().waiting == 1)
        let seen = store.wake.generation
        try await store.change("mail/ü", .resume)
        #expect(store.wake.generation != seen)
        #expect(try await store.channels().isEmpty)
        #expect(try await store.reserve(9, from: ["mail/ü"]).map(\.label) == ["a"])
    }

    @Test(arguments: Driver.allCases)
    func `a job that runs when its channel is paused is settled as ever`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        try await store.push("a")
        let job = try #require(try await store.next())
        try await store.change(.default, .pause)
        #expect(try await store.extend([job.token], by: .seconds(15)) == [true])
        #expect(try await store.settle(job, .done))
        #expect(try await store.statistics() == QueueStatistics())
    }

    @Test(arguments: Driver.allCases)
    func `no more jobs of a channel run at once than its cap, whoever asks`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let other = try fixture.reopened()
        for number in 0..<5 { try await fixture.push("\(number)") }
        try await fixture.push("free", .init(priority: 9999, channel: "free"))
        try await fixture.change(.default, .cap(2))
        #expect(try await other.channels() == [.default: ChannelSettings(concurrency: 2)])
        let first = try await fixture.reserve(9, from: [.default, "free"])
        #expect(first.map(\.label) == ["0", "1", "free"])
        #expect(try await other.reserve(9).isEmpty)
        let seen = fixture.wake.generation
        try await fixture.settle(first[0], .done)
        #expect(fixture.wake.generation != seen)
        #expect(try await other.reserve(9).map(\.label) == ["2"])
        try await fixture.change(.default, .cap(nil))
        #expect(try await other.reserve(9).map(\.label) == ["3", "4"])
    }

    @Test(arguments: Driver.allCases)
    func `a lost job does not hold the cap`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        try await fixture.change(.default, .cap(1))
        try await fixture.push("a")
        try await fixture.push("b")
        #expect(try await fixture.reserve(9).map(\.label) == ["a"])
        fixture.clock.advance(by: .seconds(20))
        #expect(try await fixture.reserve(9).map(\.label) == ["a"])
    }

    @Test(arguments: Driver.lasting)
    func `a pause outlives the store's value`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        try await fixture.push("a")
        try await fixture.change(.default, .pause)
        try await fixture.change(.default, .cap(3))
        let other = try fixture.reopened()
        #expect(try await other.channels() == [.default: ChannelSettings(isPaused: true, concurrency: 3)])
        #expect(try await other.next() == nil)
        #expect(try await fixture.next() == nil)
        try await other.change(.default, .resume)
        #expect(try await fixture.next()?.label == "a")
    }

    @Test(arguments: Driver.allCases)
    func `clearing a channel drops all of its partitions too, in front and in line`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        for number in 0..<30 { try await store.push("\(number)", .init(partition: "\(number % 3)")) }
        let running = try #require(try await store.next())
        #expect(try await store.clear(.default) == 29)
        #expect(try await store.statistics() == QueueStatistics(reserved: 1))
        for number in 0..<3 { try await store.push("new \(number)", .init(partition: "\(number)")) }
        #expect(try await store.reserve(9).map(\.label) == ["new 1", "new 2"])
        try await store.settle(running, .done)
        #expect(try await store.reserve(9).map(\.label) == ["new 0"])
    }

    @Test(arguments: Driver.allCases)
    func `clearing a channel drops what waits in it, and leaves what runs and other channels`(
        _ driver: Driver
    ) async throws {
        let fixture = try StoreFixture(driver)
        try await fixture.push("runs", .init(priority: 1, uniqueKey: "runs", partition: "p"))
        let running = try #require(try await fixture.next())
        for number in 0..<600 { try await fixture.push("\(number)", .init(partition: number % 2 == 0 ? "p" : nil)) }
        try await fixture.push("late", .init(delay: .seconds(9), uniqueKey: "late"))
        try await fixture.push("late", .init(delay: .seconds(9), channel: "other"))
        try await fixture.push("kept", .init(channel: "other"))
        #expect(try await fixture.clear(.default) == 601)
        #expect(try await fixture.clear(.default) == 0)
        #expect(try await fixture.statistics() == QueueStatistics(waiting: 1, delayed: 1, reserved: 1))
        try await fixture.push("new", .init(uniqueKey: "late", partition: "p"))
        #expect(try await fixture.next() == nil)
        try await fixture.settle(running, .done)
        #expect(try await fixture.drain() == ["new"])
    }
}
