#if os(Linux)
import JobQueueKit
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Measures how long it takes from a push to the start of the job, when the worker has nothing else to do.
struct WakeLoad {
    let driver: QueueDriver
    let path: String
    let seconds: Double

    /// The worker is of the process that pushes.
    func inProcess() async throws -> Histogram {
        let store = try driver.open(path)
        let (started, starts) = AsyncStream<UInt64>.makeStream()
        let worker = Task { try await Self.run(store) { starts.yield($0) } }
        defer { worker.cancel() }
        return try await push(to: store) { await started.first { _ in true } }
    }

    /// The worker is another process.
    func acrossProcesses() async throws -> Histogram {
        let store = try driver.open(path)
        let worker = try ChildProcess(["work", driver.rawValue, path])
        guard worker.readLine() == "ready" else { throw BenchError("the worker process ended before it was ready") }
        return try await push(to: store) { UInt64(worker.readLine()) }
    }

    /// What the other process does: prints how old each job is that it starts.
    static func work(_ store: any JobStore) async throws {
        ChildProcess.endWithParent()
        let print: @Sendable (String) -> Void = { line in
            try? Files.write("\(line)\n".utf8, to: STDOUT_FILENO, path: "standard output")
        }
        print("ready")
        try await run(store) { print("\($0)") }
    }

    private static func run(_ store: any JobStore, _ started: @escaping @Sendable (UInt64) -> Void) async throws {
        let handler = JobHandler(BenchJob.self) { job, _ in
            started(Monotonic.now - job.pushedAt)
            return .done
        }
        try await JobWorker(queue: JobQueue(store: store), handlers: [handler]).run()
    }

    /// One job at a time, and a pause behind each in which the worker falls asleep.
    private func push(to store: any JobStore, _ next: () async -> UInt64?) async throws -> Histogram {
        let latencies = Histogram()
        let queue = JobQueue(store: store)
        let deadline = Monotonic.now + UInt64(seconds * 1e9)
        repeat {
            try await Task.sleep(for: .milliseconds(5))
            try await queue.push(BenchJob())
            guard let latency = await next() else { throw BenchError("the worker ended") }
            latencies.add(latency)
        } while Monotonic.now < deadline
        return latencies
    }
}
#endif
