import JobQueueKit
import Testing

@Suite("Contract: failures and giving up")
struct GivingUpTests {
    @Test(arguments: Driver.allCases)
    func `a failed job waits, keeps its error, and is exhausted after its attempts`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let store = fixture
        let id = try await store.push("job", .init(attempts: 2))
        let first = try #require(try await store.next())
        #expect(!first.exhausted)
        #expect(try await store.settle(first, .failure(reason: "no wind", retryAfter: .seconds(8))))
        #expect(try await store.next() == nil)
        #expect(try await store.nextWake() == fixture.clock.now + .seconds(8))
        #expect(try await store.statistics() == QueueStatistics(delayed: 1))
        fixture.clock.advance(by: .seconds(8))

        let second = try #require(try await store.next())
        #expect(second.lastError == "no wind")
        #expect(second.failures == 1)
        #expect(!second.exhausted)
        #expect(try await store.settle(second, .failure(reason: "rain", retryAfter: .seconds(8))))

        let last = try #require(try await store.next())
        #expect(last.exhausted)
        #expect(last.lastError == "rain")
        #expect(try await store.settle(last, .failed(reason: "rain")))
        #expect(try await store.next() == nil)
        #expect(try await store.statistics() == QueueStatistics(failed: 1))
        let kept = try #require(try await store.failed(limit: 10).first)
        #expect(kept.id == id)
        #expect(kept.reason == "rain")
        #expect(kept.payload == Array("job".utf8))
        #expect([kept.deliveries, kept.failures, kept.crashes] == [3, 2, 0])
        #expect(kept.failedAt == fixture.clock.now)
        #expect(kept.pushedAt == fixture.clock.now + .seconds(-8))
    }

    @Test(arguments: Driver.allCases)
    func `a job given up is offered once more at once, exhausted, before those behind it`(
        _ driver: Driver
    ) async throws {
        let store = try StoreFixture(driver)
        try await store.push("bad", .init(attempts: 5))
        try await store.push("good")
        let job = try #require(try await store.next())
        #expect(try await store.settle(job, .giveUp(reason: "never")))
        let again = try #require(try await store.next())
        #expect(again.label == "bad")
        #expect(again.exhausted)
        #expect(again.lastError == "never")
    }

    @Test(arguments: Driver.allCases)
    func `a crash uses up no attempt, and the third one exhausts the job`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        try await fixture.push("poison", .init(attempts: 1))
        var seen: [Bool] = []
        for _ in 0..<4 {
            seen.append(try #require(try await fixture.next()).exhausted)
            fixture.clock.advance(by: .seconds(20))
        }
        #expect(seen == [false, false, false, true])
    }

    @Test(arguments: Driver.allCases)
    func `a job that crashes its worker even when given up comes back ever more rarely`(
        _ driver: Driver
    ) async throws {
        let fixture = try StoreFixture(driver)
        try await fixture.push("poison")
        for _ in 0..<4 {
            #expect(try await fixture.next() != nil)
            fixture.clock.advance(by: .seconds(20))
        }
        #expect(try await fixture.next() == nil)
        fixture.clock.advance(by: .seconds(2))
        #expect(try await fixture.next()?.exhausted == true)
    }

    @Test(arguments: Driver.allCases)
    func `a job that kills every worker keeps none of the others waiting for long`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        try await fixture.push("poison", .init(priority: 1, partition: "p"))
        for number in 0..<5 { try await fixture.push("\(number)", .init(partition: "p")) }
        var done: [String] = []
        // A worker that runs one job at a time, is killed by that one, and is started again.
        for _ in 0..<12 {
            guard let job = try await fixture.reserve(by: .dead).first else { break }
            if job.label == "poison" { continue }
            done.append(job.label)
            try await fixture.settle(job, .done)
        }
        #expect(done == ["0", "1", "2", "3", "4"])
    }

    @Test(arguments: Driver.allCases)
    func `a process is lent one job at a time of those whose next crash is the last`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        for label in ["a", "b", "c"] { try await fixture.push(label) }
        for _ in 0..<2 { #expect(try await fixture.reserve(10, by: .dead).count == 3) }
        for label in ["x", "y"] { try await fixture.push(label) }
        let mine = try await fixture.reserve(10)
        #expect(mine.map(\.label) == ["a", "x", "y"])
        #expect(try await fixture.reserve(10, by: .elsewhere).map(\.label) == ["b"])
        #expect(try await fixture.reserve(10).isEmpty)
        let seen = fixture.wake.generation
        try await fixture.settle(mine[0], .done)
        #expect(fixture.wake.generation != seen)
        #expect(try await fixture.reserve(10).map(\.label) == ["c"])
    }

    @Test(arguments: Driver.allCases)
    func `a job that kills every worker takes none along that runs beside it`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        for label in ["0", "1", "killer", "2", "3", "4", "5"] { try await fixture.push(label) }
        var done: Set<String> = []
        for _ in 0..<20 {
            let jobs = try await fixture.reserve(4, by: .dead)
            if jobs.contains(where: { $0.label == "killer" && !$0.exhausted }) { continue }
            for job in jobs {
                #expect(job.exhausted == (job.label == "killer"))
                done.insert(job.label)
                try await fixture.settle(job, job.exhausted ? .failed(reason: "kills") : .done)
            }
        }
        #expect(done.count == 7)
        #expect(try await fixture.failed(limit: 10).count == 1)
    }

    @Test(arguments: Driver.allCases)
    func `the latest failed jobs come first`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        for label in ["old", "middle", "new"] {
            try await fixture.push(label)
            let job = try #require(try await fixture.next())
            try await fixture.settle(job, .failed(reason: "because of \(label)"))
            fixture.clock.advance(by: .seconds(1))
        }
        #expect(try await fixture.failed(limit: 2).map(\.reason) == ["because of new", "because of middle"])
    }
}
