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

    @Test(arguments: Driver.allCases)
    func `a worker that is to finish lets what runs take longer than the drain, and begins no other`(
        _ driver: Driver
    ) async throws {
        let log = EventLog()
        let queue = JobQueue(store: try StoreFixture(driver), configuration: .init(onEvent: log.add))
        let gate = Gate()
        let handler = JobHandler(Task1.self) { _, _ in
            try await gate.pass()
            return .done
        }
        let worker = JobWorker(queue: queue, handlers: [handler], configuration: .init(drain: .zero, grace: .zero))
        try await within(.seconds(60), "the worker to end") {
            let running = Task { try await worker.run() }
            try await queue.push([Task1(), Task1()])
            try await log.first("started") { if case .started = $0 { true } else { false } }
            worker.finish()
            try await log.first("draining") { if case .workerDraining(running: 1) = $0 { true } else { false } }
            gate.open()
            try await running.value
        }
        #expect(log.count { if case .finished = $0 { true } else { false } } == 1)
        #expect(try await queue.statistics() == QueueStatistics(waiting: 1))
        // It is done for good.
        try await within(.seconds(60), "a later run to end") { try await worker.run() }
        #expect(try await queue.statistics() == QueueStatistics(waiting: 1))
    }

    @Test func `a worker that finishes is stopped within the drain when that is wanted after all`() async throws {
        let fixture = WorkerFixture()
        let handler = JobHandler(Task1.self) { _, _ in
            try await Gate().pass()
            return .done
        }
        let worker = JobWorker(
            queue: fixture.queue,
            handlers: [handler],
            configuration: .init(drain: .milliseconds(20), grace: .seconds(5))
        )
        try await within(.seconds(60), "the worker to end") {
            let running = Task { try await worker.run() }
            try await fixture.queue.push(Task1())
            try await fixture.log.first("started") { if case .started = $0 { true } else { false } }
            worker.finish()
            try await fixture.log.first("draining") { if case .workerDraining = $0 { true } else { false } }
            running.cancel()
            try await running.value
        }
        #expect(try await fixture.queue.statistics() == QueueStatistics(waiting: 1))
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
