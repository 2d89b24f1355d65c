#if os(Linux)
import JobQueueKit

/// What is done with a store to measure it; each returns jobs a second.
struct QueueLoad {
    let store: any JobStore
    let seconds: Double

    /// Callers that push one job after the other, each when the one before is safe.
    func push(callers: Int) async throws -> Double {
        let (start, limit) = (Monotonic.now, UInt64(seconds * 1e9))
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<callers {
                group.addTask { [store] in
                    let job = try BenchJob.raw()
                    var count = 0
                    while Monotonic.now - start < limit {
                        _ = try await store.push([job])
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(count) / (Double(Monotonic.now - start) / 1e9)
    }

    /// One worker that runs what waits.
    func work(jobs: Int, concurrency: Int) async throws -> Double {
        let queue = JobQueue(store: store)
        for _ in 0..<(jobs / 500 + 1) { try await queue.push((0..<500).map { _ in BenchJob() }) }
        return try await run(queue, jobs: (jobs / 500 + 1) * 500, concurrency: concurrency)
    }

    /// Jobs that are pushed one at a time and then run by one worker.
    func pushAndWork(jobs: Int, concurrency: Int) async throws -> Double {
        let queue = JobQueue(store: store)
        let start = Monotonic.now
        for _ in 0..<jobs { try await queue.push(BenchJob()) }
        let pushing = Double(Monotonic.now - start) / 1e9
        return Double(jobs) / (pushing + Double(jobs) / (try await run(queue, jobs: jobs, concurrency: concurrency)))
    }

    /// Batches that are pushed, reserved and settled.
    func pass(batch: Int) async throws -> Double {
        let jobs = try (0..<batch).map { _ in try BenchJob.raw() }
        let (start, limit) = (Monotonic.now, UInt64(seconds * 1e9))
        var count = 0
        while Monotonic.now - start < limit {
            _ = try await store.push(jobs)
            let taken = try await store.reserve(
                max: batch,
                channels: [.default],
                owner: .current,
                lease: .seconds(60)
            )
            guard taken.count == batch else { throw BenchError("\(taken.count) of \(batch) jobs were lent") }
            let settled = try await store.settle(taken.map { ($0.token, .done) })
            guard settled.allSatisfy(\.self) else { throw BenchError("a lease was lost") }
            count += batch
        }
        return Double(count) / (Double(Monotonic.now - start) / 1e9)
    }

    /// Has more jobs wait.
    func fill(_ count: Int, _ options: PushOptions = .init()) async throws {
        let job = try BenchJob.raw(options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in 0..<4 {
                group.addTask { [store] in
                    var rest = count / 4 + (part < count % 4 ? 1 : 0)
                    while rest > 0 {
                        _ = try await store.push(Array(repeating: job, count: min(rest, 250)))
                        rest -= min(rest, 250)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func run(_ queue: JobQueue, jobs: Int, concurrency: Int) async throws -> Double {
        let done = JobHandler(BenchJob.self) { _, _ in .done }
        let worker = JobWorker(queue: queue, handlers: [done], concurrency: concurrency)
        let start = Monotonic.now
        try await worker.runUntilEmpty()
        let elapsed = Double(Monotonic.now - start) / 1e9
        guard try await queue.statistics() == QueueStatistics() else { throw BenchError("a worker left jobs behind") }
        return Double(jobs) / elapsed
    }
}
#endif
