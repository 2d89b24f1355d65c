import JobQueueKit
import TestSupport
import Testing

struct GracefulStopTests {
    @Test(arguments: Driver.allCases)
    func `a job that runs is finished before the worker ends, and no other is begun`(_ driver: Driver) async throws {
        let fixture = WorkerFixture(store: try StoreFixture(driver))
        let gate = Gate()
        try await fixture.run(concurrency: 1) { _, _ in
            try await gate.pass()
            return .done
        } while: {
            try await fixture.queue.push([Task1(), Task1()])
            try await fixture.log.first("started") { if case .started = $0 { true } else { false } }
            Task {
                try await fixture.log.first("draining") { if case .workerDraining = $0 { true } else { false } }
                gate.open()
            }
        }
        #expect(try await fixture.queue.statistics() == QueueStatistics(waiting: 1))
    }

    @Test(arguments: Driver.allCases)
    func `a job beyond the drain time is cancelled and handed back uncounted`(_ driver: Driver) async throws {
        let fixture = WorkerFixture(store: try StoreFixture(driver))
        try await fixture.run(drain: .milliseconds(50)) { _, _ in
            try await Gate().pass()
            return .done
        } while: {
            try await fixture.queue.push(Task1())
            try await fixture.log.first("started") { if case .started = $0 { true } else { false } }
        }
        let job = try #require(try await fixture.queue.store.next())
        #expect([job.deliveries, job.failures, job.crashes] == [1, 0, 0])
    }

    @Test(arguments: Driver.allCases)
    func `a job that does not even stop when cancelled is handed back and left to itself`(_ driver: Driver) async throws
    {
        let fixture = WorkerFixture(store: try StoreFixture(driver))
        let gate = Gate()
        try await fixture.run(drain: .milliseconds(20), grace: .milliseconds(20)) { _, _ in
            await gate.passStubbornly()
            return .done
        } while: {
            try await fixture.queue.push(Task1())
            try await fixture.log.first("started") { if case .started = $0 { true } else { false } }
        }
        #expect(try await fixture.queue.statistics() == QueueStatistics(waiting: 1))
        gate.open()
        #expect(fixture.log.count { if case .abandoned = $0 { true } else { false } } == 1)
    }

    @Test func `a worker that is cancelled before it starts ends at once`() async throws {
        let worker = JobWorker(queue: JobQueue(store: MemoryJobStore()), handlers: [])
        try await within(.seconds(60), "the worker to end") {
            let running = Task { try await worker.run() }
            running.cancel()
            try await running.value
        }
    }
}
