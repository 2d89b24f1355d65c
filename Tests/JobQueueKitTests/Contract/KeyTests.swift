import JobQueueKit
import Testing

@Suite("Contract: unique keys and partitions")
struct KeyTests {
    @Test(arguments: Driver.allCases)
    func `a unique key is held while its job waits, runs, sleeps or retries, and free afterwards`(
        _ driver: Driver
    ) async throws {
        let fixture = try StoreFixture(driver)
        let store = fixture
        let options = PushOptions(attempts: 2, uniqueKey: "reply/ü 1")
        let id = try await store.push("a", options)
        #expect(try await store.push("b", options) == id)
        var job = try #require(try await store.next())
        #expect(job.options.uniqueKey == "reply/ü 1")
        #expect(try await store.push("c", options) == id)
        try await store.settle(job, .snooze(.seconds(1)))
        #expect(try await store.push("d", options) == id)
        fixture.clock.advance(by: .seconds(1))
        job = try #require(try await store.next())
        try await store.settle(job, .failure(reason: "x", retryAfter: .seconds(1)))
        #expect(try await store.push("e", options) == id)
        fixture.clock.advance(by: .seconds(1))
        job = try #require(try await store.next())
        #expect(job.label == "a")
        try await store.settle(job, .done)
        #expect(try await store.push("f", options) != id)
        #expect(try await store.statistics() == QueueStatistics(waiting: 1))
    }

    @Test(arguments: Driver.allCases)
    func `a unique key holds within one call and one channel, and a failed job frees it`(
        _ driver: Driver
    ) async throws {
        let store = try StoreFixture(driver)
        let job = try NewJob(name: "test", payload: [1], options: .init(uniqueKey: "k"))
        let ids = try await store.push([job, job])
        #expect(ids[0] == ids[1])
        #expect(try await store.push("other", .init(uniqueKey: "k", channel: "other")) != ids[0])
        let reserved = try #require(try await store.next())
        try await store.settle(reserved, .failed(reason: "x"))
        #expect(try await store.push("again", .init(uniqueKey: "k")) != ids[0])
    }

    @Test(arguments: Driver.allCases)
    func `many pushes of one unique key at once keep one job`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let stores = [fixture, try fixture.reopened()] as [any JobStore]
        let ids = try await withThrowingTaskGroup(of: JobID.self) { group in
            for number in 0..<40 {
                group.addTask { try await stores[number % stores.count].push("x", .init(uniqueKey: "k")) }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try await fixture.statistics().waiting == 1)
    }

    @Test(arguments: Driver.allCases)
    func `jobs of a partition run in order and one at a time, others beside them`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        for label in ["a1", "a2", "a3"] { try await store.push(label, .init(partition: "a")) }
        try await store.push("b1", .init(partition: "b/ü"))
        try await store.push("free")
        let first = try await store.reserve(9)
        #expect(first.map(\.label) == ["a1", "b1", "free"])
        #expect(try await store.reserve(9).isEmpty)
        try await store.settle(first[0], .done)
        let second = try await store.reserve(9)
        #expect(second.map(\.label) == ["a2"])
        try await store.settle(second[0], .failed(reason: "x"))
        #expect(try await store.reserve(9).map(\.label) == ["a3"])
    }

    @Test(arguments: Driver.allCases)
    func `within a partition priority comes first, as long as the other does not run`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        try await store.push("usual", .init(partition: "p"))
        try await store.push("urgent", .init(priority: 1, partition: "p"))
        let urgent = try #require(try await store.next())
        #expect(urgent.label == "urgent")
        try await store.push("more urgent", .init(priority: 0, partition: "p"))
        #expect(try await store.next() == nil)
        try await store.settle(urgent, .done)
        #expect(try await store.drain() == ["more urgent", "usual"])
    }

    @Test(arguments: Driver.allCases)
    func `a job that waits for its next try keeps its turn`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let store = fixture
        try await store.push("first", .init(attempts: 2, partition: "p"))
        try await store.push("second", .init(partition: "p"))
        let job = try #require(try await store.next())
        try await store.settle(job, .failure(reason: "x", retryAfter: .seconds(5)))
        #expect(try await store.next() == nil)
        fixture.clock.advance(by: .seconds(5))
        #expect(try await store.drain() == ["first", "second"])
    }

    @Test(arguments: Driver.allCases)
    func `a snoozed job lets the others of its partition go first`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let store = fixture
        try await store.push("later", .init(partition: "p"))
        let job = try #require(try await store.next())
        try await store.push("earlier", .init(partition: "p"))
        try await store.settle(job, .snooze(.seconds(5)))
        let other = try #require(try await store.next())
        #expect(other.label == "earlier")
        fixture.clock.advance(by: .seconds(5))
        #expect(try await store.next() == nil)
        try await store.settle(other, .done)
        let again = try #require(try await store.next())
        #expect(again.label == "later")
        #expect([again.deliveries, again.failures, again.crashes] == [2, 0, 0])
    }

    @Test(arguments: Driver.allCases)
    func `a delayed job does not hold its partition, a handed back or lost one does`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let store = fixture
        try await store.push("delayed", .init(delay: .seconds(60), partition: "p"))
        try await store.push("now", .init(partition: "p"))
        try await store.push("next", .init(partition: "p"))
        let job = try #require(try await store.next())
        #expect(job.label == "now")
        try await store.settle(job, .release)
        #expect(try await store.reserve(9).map(\.label) == ["now"])
        fixture.clock.advance(by: .seconds(20))
        #expect(try await store.reserve(9).map(\.label) == ["now"])
        fixture.clock.advance(by: .seconds(60))
        #expect(try await store.drain() == ["now", "next", "delayed"])
    }

    @Test(arguments: Driver.allCases)
    func `the order of a long partition holds, and its jobs do not hide others`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        let jobs = try (0..<300).map {
            try NewJob(name: "test", payload: Array("\($0)".utf8), options: .init(partition: "p"))
        }
        _ = try await store.push(jobs)
        try await store.push("other")
        #expect(try await store.reserve(9).map(\.label) == ["0", "other"])
    }
}
