import JobQueueKit
import TestSupport
import Testing

/// What others see of a worker, and what they do to it.
struct WorkerControlTests {
    @Test(arguments: Driver.allCases)
    func `a resumed channel wakes a worker that sleeps`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        let fixture = WorkerFixture(store: store)
        let ran = Gathered<String>()
        try await fixture.queue.pause(.default)
        try await fixture.run { job, _ in
            ran.add(job.label)
            return .done
        } while: {
            try await fixture.queue.push(Task1(label: "a"))
            try await fixture.log.first("a look") { if case .workerLooked = $0 { true } else { false } }
            #expect(ran.all.isEmpty)
            try await fixture.queue.resume(.default)
            try await fixture.untilEmpty()
        }
        #expect(ran.all == ["a"])
    }

    @Test(arguments: Driver.allCases)
    func `a capped channel is worked through, never beyond its cap`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        let fixture = WorkerFixture(store: store)
        let most = Gathered<Int>()
        try await fixture.queue.cap(.default, at: 2)
        try await fixture.run(concurrency: 8) { _, _ in
            most.add(try await store.statistics().reserved)
            return .done
        } while: {
            try await fixture.queue.push((0..<12).map { Task1(label: "\($0)") })
            try await fixture.untilEmpty()
        }
        #expect(most.all.count == 12)
        #expect(most.all.max()! <= 2)
    }

    @Test(arguments: Driver.allCases)
    func `what a run reports is read from outside while it runs`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        let fixture = WorkerFixture(store: store)
        let gate = Gate()
        try await fixture.run { _, context in
            await context.report(JobProgress(0.5, note: "half"))
            try await gate.pass()
            return .done
        } while: {
            let id = try await fixture.queue.push(Task1())
            try await eventually(.seconds(60), "the report") {
                try await fixture.queue.status(of: id).progress == JobProgress(0.5, note: "half")
            }
            #expect(try await fixture.queue.status(of: id).state == .reserved)
            gate.open()
            try await fixture.untilEmpty()
            await #expect { try await fixture.queue.status(of: id) } throws: {
                ($0 as? QueueError)?.code == .unknownJob
            }
        }
    }

    @Test(arguments: Driver.allCases)
    func `a job whose worker died is told as soon as a worker looks, though it cannot run yet`(
        _ driver: Driver
    ) async throws {
        let store = try StoreFixture(driver)
        let id = try await JobQueue(store: store).push(Task1(), .init(channel: "c"))
        #expect(try await store.reserve(from: ["c"], by: .dead).count == 1)
        try await store.change("c", .pause)
        let fixture = WorkerFixture(store: store)
        try await fixture.run { _, _ in
            .done
        } while: {
            try await fixture.log.first("reclaimed") { event in
                guard case .reclaimed(let job) = event else { return false }
                let expected = ReclaimedJob(
                    id: id,
                    name: Task1.name,
                    channel: "c",
                    owner: .dead,
                    leaseEnded: false,
                    crashes: 1
                )
                return job == expected
            }
        }
        #expect(fixture.log.count { if case .reclaimed = $0 { true } else { false } } == 1)
    }

    @Test func `a worker that nothing wakes looks as often as it was told`() async throws {
        let log = EventLog()
        let queue = JobQueue(store: MemoryJobStore(), configuration: .init(onEvent: log.add))
        let worker = JobWorker(queue: queue, handlers: [], configuration: .init(lookInterval: .milliseconds(5)))
        try await within(.seconds(60), "the worker to end") {
            let running = Task { try await worker.run() }
            try await eventually(.seconds(20), "five looks") {
                log.count { if case .workerLooked = $0 { true } else { false } } >= 5
            }
            running.cancel()
            try await running.value
        }
    }
}
