import JobQueueKit
import Testing

@Suite("Contract: status, progress and counts")
struct StatusTests {
    @Test(arguments: Driver.allCases)
    func `a job's status follows it, and is an error when it never was or has left`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let id = try await fixture.push("a", .init(delay: .seconds(5), attempts: 1, channel: "c"))
        func state() async throws -> JobStatus.State { try await fixture.status(of: id).state }
        #expect(try await fixture.status(of: id) == JobStatus(id: id, name: "test", channel: "c", state: .delayed))
        fixture.clock.advance(by: .seconds(5))
        #expect(try await fixture.reserve(from: ["x"]).isEmpty)
        #expect(try await state() == .waiting)
        var job = try #require(try await fixture.reserve(from: ["c"]).first)
        #expect(try await state() == .reserved)
        try await fixture.settle(job, .failed(reason: "x"))
        #expect(try await state() == .failed)
        #expect(try await fixture.retryFailed([id]) == [.retried])
        job = try #require(try await fixture.reserve(from: ["c"]).first)
        try await fixture.settle(job, .done)
        for unknown in [id.description, "999999", "nonsense", "../lock"] {
            await #expect { try await fixture.status(of: JobID(unknown)) } throws: {
                ($0 as? QueueError)?.code == .unknownJob
            }
        }
    }

    @Test(arguments: Driver.allCases)
    func `progress is read by identity, and only the worker that has the job reports it`(
        _ driver: Driver
    ) async throws {
        let fixture = try StoreFixture(driver)
        let id = try await fixture.push("a")
        let stale = try #require(try await fixture.next())
        #expect(try await fixture.report([(stale.token, JobProgress(0.25, note: "zwölf von 48"))]) == [true])
        #expect(try await fixture.status(of: id).progress == JobProgress(0.25, note: "zwölf von 48"))
        fixture.clock.advance(by: .seconds(20))
        let job = try #require(try await fixture.next())
        let reports = [(stale.token, JobProgress(0.9)), (job.token, JobProgress(2, note: ""))]
        #expect(try await fixture.report(reports) == [false, true])
        #expect(try await fixture.reopened().status(of: id).progress == JobProgress(1))
        try await fixture.settle(job, .done)
        #expect(try await fixture.report([(job.token, JobProgress(1))]) == [false])
    }

    @Test(arguments: Driver.allCases)
    func `a removed job is gone wherever it was, and its keys are free`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let running = try await fixture.push("runs", .init(uniqueKey: "k", partition: "p"))
        let reserved = try #require(try await fixture.next())
        let second = try await fixture.push("second", .init(partition: "p"))
        try await fixture.push("third", .init(partition: "p"))
        let late = try await fixture.push("late", .init(delay: .seconds(9)))
        let free = try await fixture.push("free")
        for id in [second, late, running, free] { #expect(try await fixture.remove(id)) }
        #expect(try await fixture.remove(running) == false)
        #expect(try await fixture.settle(reserved, .done) == false)
        #expect(try await fixture.extend([reserved.token], by: .seconds(9)) == [false])
        #expect(try await fixture.push("again", .init(uniqueKey: "k")) != running)
        fixture.clock.advance(by: .seconds(9))
        #expect(try await fixture.drain() == ["third", "again"])
    }

    @Test(arguments: Driver.allCases)
    func `jobs are counted by channel and name, with the age of the oldest that waits`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        func push(_ name: String, _ options: PushOptions = .init()) async throws {
            _ = try await fixture.push([NewJob(name: name, payload: [], options: options)])
        }
        try await push("mail", .init(priority: 1))
        let done = try #require(try await fixture.next())
        try await fixture.settle(done, .done)
        try await push("mail", .init(priority: 1))
        let failed = try #require(try await fixture.next())
        try await fixture.settle(failed, .failed(reason: "x"))
        try await push("mail", .init(priority: 1))
        #expect(try await fixture.next() != nil)
        try await push("mail", .init(partition: "p"))
        fixture.clock.advance(by: .seconds(3))
        try await push("mail", .init(partition: "p"))
        try await push("mail", .init(delay: .seconds(30)))
        try await push("späte Post", .init(delay: .seconds(30), channel: "a/b"))
        fixture.clock.advance(by: .seconds(1))
        #expect(
            try await fixture.counts() == [
                JobCounts(channel: "a/b", name: "späte Post", delayed: 1),
                JobCounts(
                    channel: .default,
                    name: "mail",
                    waiting: 2,
                    delayed: 1,
                    reserved: 1,
                    failed: 1,
                    done: 1,
                    oldest: .seconds(4)
                ),
            ]
        )
    }
}
