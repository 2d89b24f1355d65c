import JobQueueKit
import Testing

@Suite("Contract: failed jobs")
struct FailedJobTests {
    /// Pushes a job and has it fail for good.
    private func fail(_ label: String, _ options: PushOptions = .init(), in store: any JobStore) async throws -> JobID {
        let id = try await store.push(label, options)
        let job = try #require(try await store.reserve(from: [options.channel]).first)
        try await store.settle(job, .failed(reason: "because of \(label)"))
        return id
    }

    @Test(arguments: Driver.allCases)
    func `a failed job is shown by its identity, an unknown one is an error`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        let id = try await fail("a", .init(channel: "mail/ü"), in: store)
        let job = try await store.failed(id)
        #expect(job.reason == "because of a")
        #expect(job.payload == Array("a".utf8))
        #expect(job.channel == "mail/ü")
        for unknown in ["999999", "nonsense", "../lock"] {
            await #expect { try await store.failed(JobID(unknown)) } throws: {
                ($0 as? QueueError)?.code == .unknownJob
            }
        }
    }

    @Test(arguments: Driver.allCases)
    func `a failed job that is retried has its identity, its options and all its attempts`(
        _ driver: Driver
    ) async throws {
        let fixture = try StoreFixture(driver)
        let options = PushOptions(priority: 7, attempts: 3, uniqueKey: "k", partition: "p", channel: "c")
        let id = try await fail("a", options, in: fixture)
        fixture.clock.advance(by: .seconds(60))
        let seen = fixture.wake.generation
        #expect(try await fixture.retryFailed([id, JobID("999999")]) == [.retried, .unknown])
        #expect(fixture.wake.generation != seen)
        #expect(try await fixture.failedIDs().isEmpty)
        let job = try #require(try await fixture.reserve(from: ["c"]).first)
        #expect(job.token.id == id)
        #expect(job.label == "a")
        #expect([job.options.priority, job.options.attempts, job.deliveries, job.failures] == [7, 3, 1, 0])
        #expect(job.options.uniqueKey == "k")
        #expect(job.lastError == nil)
        #expect(try await fixture.push("again", options) == id)
        #expect(try await fixture.settle(job, .done))
    }

    @Test(arguments: Driver.allCases)
    func `the word of a worker from before the failure does not count after a retry`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let id = try await fixture.push("a")
        let stale = try #require(try await fixture.next())
        fixture.clock.advance(by: .seconds(20))
        let second = try #require(try await fixture.next())
        try await fixture.settle(second, .failed(reason: "x"))
        #expect(try await fixture.retryFailed([id]) == [.retried])
        let third = try #require(try await fixture.next())
        #expect(third.token.fence > second.token.fence)
        #expect(try await fixture.settle(stale, .done) == false)
        #expect(try await fixture.settle(second, .done) == false)
        #expect(try await fixture.settle(third, .done))
    }

    @Test(arguments: Driver.allCases)
    func `a failed job whose unique key another one holds stays failed`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        let id = try await fail("old", .init(uniqueKey: "k"), in: store)
        let holder = try await store.push("new", .init(uniqueKey: "k"))
        #expect(try await store.retryFailed([id]) == [.keyHeld(by: holder)])
        #expect(try await store.failedIDs() == [id])
        #expect(try await store.drain() == ["new"])
        #expect(try await store.retryFailed([id]) == [.retried])
        #expect(try await store.drain() == ["old"])
    }

    @Test(arguments: Driver.allCases)
    func `all failed jobs are retried in the order they are named`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        for label in ["a", "b", "c"] {
            _ = try await fail(label, .init(partition: "p"), in: fixture)
            fixture.clock.advance(by: .seconds(1))
        }
        let ids = try await fixture.failedIDs()
        #expect(try await fixture.retryFailed(ids.reversed()) == [.retried, .retried, .retried])
        #expect(try await fixture.drain() == ["a", "b", "c"])
    }

    @Test(arguments: Driver.allCases)
    func `a forgotten job is gone`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        let kept = try await fail("kept", in: store)
        let id = try await fail("dropped", in: store)
        #expect(try await store.forgetFailed([id, id, JobID("x")]) == [true, false, false])
        #expect(try await store.failedIDs() == [kept])
        #expect(try await store.statistics() == QueueStatistics(failed: 1))
    }

    @Test(arguments: Driver.lasting)
    func `a retried job outlives the store's value`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let id = try await fail("a", .init(partition: "p"), in: fixture)
        #expect(try await fixture.reopened().retryFailed([id]) == [.retried])
        #expect(try await fixture.reopened().drain() == ["a"])
    }
}
