import JobQueueKit
import PlatformCore
import TestSupport
import Testing

struct TwoWorkersTests {
    @Test(arguments: Driver.lasting)
    func `two workers on two values of a store share the jobs and run each once`(_ driver: Driver) async throws {
        let directory = TemporaryDirectory()
        let stores = try (0..<2).map { _ in try Self.open(driver, directory) }
        let ran = Gathered<String>()
        try await within(.seconds(60), "both workers to end") {
            let workers = stores.map { store in
                Task {
                    let handler = JobHandler(Task1.self) { job, _ in
                        ran.add(job.label)
                        return .done
                    }
                    try await JobWorker(queue: JobQueue(store: store), handlers: [handler], concurrency: 4).run()
                }
            }
            defer { for worker in workers { worker.cancel() } }
            try await JobQueue(store: stores[0]).push((0..<40).map { Task1(label: "\($0)") })
            try await eventually(.seconds(60), "all jobs to run") {
                try await stores[1].statistics() == QueueStatistics()
            }
            for worker in workers {
                worker.cancel()
                try await worker.value
            }
        }
        #expect(ran.all.count == 40)
        #expect(Set(ran.all).count == 40)
    }

    @Test(arguments: Driver.allCases)
    func `a worker that sleeps is woken by a push`(_ driver: Driver) async throws {
        let directory = TemporaryDirectory()
        let fixture = WorkerFixture(store: try Self.open(driver, directory))
        let ran = Gathered<String>()
        try await fixture.run { job, _ in
            ran.add(job.label)
            return .done
        } while: {
            for label in ["a", "b", "c"] {
                try await fixture.queue.push(Task1(label: label))
                try await fixture.untilEmpty()
            }
        }
        #expect(ran.all == ["a", "b", "c"])
    }

    private static func open(_ driver: Driver, _ directory: TemporaryDirectory) throws -> any JobStore {
        switch driver {
        case .memory: MemoryJobStore()
        case .sqlite: try SQLiteJobStore(path: directory.file("queue.sqlite"))
        case .file: try FileJobStore(path: directory.file("queue"))
        }
    }
}
