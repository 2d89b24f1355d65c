import JobQueueKit
import Testing

@Suite("Contract: leases")
struct LeaseTests {
    @Test(arguments: Driver.allCases)
    func `a job whose lease ends is lent again, and the first worker's word does not count`(
        _ driver: Driver
    ) async throws {
        let fixture = try StoreFixture(driver)
        let store = fixture
        try await store.push("job")
        let first = try #require(try await store.next())
        #expect(try await store.nextWake() == fixture.clock.now + .seconds(15))
        fixture.clock.advance(by: .seconds(15))
        let second = try #require(try await store.next())
        #expect(second.token.id == first.token.id)
        #expect(second.token.fence > first.token.fence)
        #expect(second.deliveries == 2)
        #expect(second.crashes == 1)
        #expect(try await store.extend([first.token, second.token], by: .seconds(15)) == [false, true])
        #expect(try await store.settle(first, .done) == false)
        #expect(try await store.settle(second, .done))
        #expect(try await store.settle(second, .done) == false)
        #expect(try await store.statistics() == QueueStatistics())
    }

    @Test(arguments: Driver.allCases)
    func `a lease that is renewed does not end`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let store = fixture
        try await store.push("job")
        let job = try #require(try await store.next())
        for _ in 0..<4 {
            fixture.clock.advance(by: .seconds(10))
            #expect(try await store.extend([job.token], by: .seconds(15)) == [true])
            #expect(try await store.next() == nil)
        }
        #expect(try await store.settle(job, .done))
    }

    @Test(arguments: Driver.allCases)
    func `an end of work that comes late counts while nobody else took the job`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        try await fixture.push("job")
        let job = try #require(try await fixture.next())
        fixture.clock.advance(by: .seconds(60))
        #expect(try await fixture.settle(job, .done))
        #expect(try await fixture.next() == nil)
    }

    @Test(arguments: Driver.allCases)
    func `the jobs of a dead process are lent again at once, those of an unknown one are not`(
        _ driver: Driver
    ) async throws {
        let store = try StoreFixture(driver)
        try await store.push("of the dead")
        #expect(try await store.reserve(by: .dead).count == 1)
        try await store.push("elsewhere")
        let jobs = try await store.reserve(9, by: .elsewhere)
        #expect(jobs.map(\.label) == ["of the dead", "elsewhere"])
        #expect(jobs.map(\.crashes) == [1, 0])
        #expect(try await store.next() == nil)
    }

    @Test(arguments: Driver.allCases)
    func `what was reclaimed is told once, with whose it was and why`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let first = try await fixture.push("a", .init(channel: "c"))
        #expect(try await fixture.reserve(from: ["c"], by: .elsewhere).count == 1)
        #expect(fixture.reclaims.take().isEmpty)
        fixture.clock.advance(by: .seconds(15))
        #expect(try await fixture.next() == nil)
        var told = ReclaimedJob(id: first, name: "test", channel: "c", owner: .elsewhere, leaseEnded: true, crashes: 1)
        #expect(fixture.reclaims.take() == [told])
        #expect(try await fixture.reserve(from: ["c"], by: .dead).count == 1)
        #expect(try await fixture.next() == nil)
        (told.owner, told.leaseEnded, told.crashes) = (.dead, false, 2)
        #expect(fixture.reclaims.take() == [told])
        #expect(fixture.reclaims.take().isEmpty)
    }

    @Test(arguments: Driver.allCases)
    func `a job handed back is ready at once, in its old place, with nothing counted`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        try await fixture.push("first")
        try await fixture.push("second")
        let job = try #require(try await fixture.next())
        fixture.clock.advance(by: .seconds(3))
        #expect(try await fixture.settle(job, .release))
        let again = try #require(try await fixture.next())
        #expect(again.label == "first")
        #expect([again.deliveries, again.failures, again.crashes] == [1, 0, 0])
        #expect(again.token != job.token)
    }

    @Test(arguments: Driver.lasting)
    func `jobs, reservations and counts outlive the store's value`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        try await fixture.push("waits", .init(priority: 9, attempts: 4))
        try await fixture.push("late", .init(delay: .seconds(5)))
        try await fixture.push("runs", .init(priority: 1))
        let running = try #require(try await fixture.next())
        let other = try fixture.reopened()
        let job = try #require(try await other.next())
        #expect(job.label == "waits")
        #expect(job.options.attempts == 4)
        #expect(try await other.statistics() == QueueStatistics(delayed: 1, reserved: 2))
        #expect(try await other.settle(running, .done))
        #expect(try await fixture.settle(job, .done))
    }
}
