import JobQueueKit
import PlatformCore
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Handlers that block their threads, as none should, until no thread of the cooperative pool is left.
struct BlockingHandlerTests {
    private let directory = TemporaryDirectory()

    /// More than the pool has threads.
    private static let many = 2 * Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    private static func block(_ milliseconds: UInt32) {
        usleep(milliseconds * 1000)
    }

    @Test(arguments: Driver.lasting)
    func `jobs of handlers that block every thread beyond the lease are each run once`(_ driver: Driver) async throws {
        let path = directory.file("queue")
        func open() throws -> any JobStore {
            driver == .file ? try FileJobStore(path: path) : try SQLiteJobStore(path: path, durability: .normal)
        }
        let (fixture, rival) = (WorkerFixture(store: try open()), WorkerFixture(store: try open()))
        let runs = Gathered<String>()
        let handle: @Sendable (Task1, JobContext) async throws -> JobOutcome = { job, _ in
            runs.add(job.label)
            Self.block(1000)
            return .done
        }
        let labels = (0..<Self.many).map { "\($0)" }
        try await fixture.queue.push(labels.map { Task1(label: $0) })
        let times = (lease: Duration.milliseconds(400), renewal: Duration.milliseconds(100))
        try await fixture.run(concurrency: Self.many, lease: times.lease, renewal: times.renewal, handle) {
            try await rival.run(concurrency: 1, lease: times.lease, renewal: times.renewal, handle) {
                try await fixture.untilEmpty()
            }
        }
        #expect(runs.all.sorted() == labels.sorted())
        for log in [fixture.log, rival.log] {
            #expect(log.count { if case .leaseLost = $0 { true } else { false } } == 0)
            #expect(log.count { if case .reclaimed = $0 { true } else { false } } == 0)
        }
    }

    @Test func `a job that finds no thread is handed back uncounted, and the worker takes no more`() async throws {
        let fixture = WorkerFixture()
        let runs = Gathered<Int>()
        try await fixture.queue.push((0..<2 * Self.many).map { Task1(label: "\($0)") })
        try await fixture.run(concurrency: Self.many, renewal: .milliseconds(100)) { _, context in
            runs.add(context.deliveries)
            Self.block(500)
            return .done
        } while: {
            try await fixture.untilEmpty()
        }
        #expect(runs.all == Array(repeating: 1, count: 2 * Self.many))
        #expect(fixture.log.count { if case .released = $0 { true } else { false } } > 0)
    }

    @Test func `a ttr ends, and a worker stops, though no thread is free`() async throws {
        let fixture = WorkerFixture()
        let end = Lock<ContinuousClock.Instant?>(nil)
        let ended = Lock<ContinuousClock.Instant?>(nil)
        let queue = JobQueue(
            store: fixture.queue.store,
            configuration: .init { event in
                if case .workerStopped = event { ended.withLock { $0 = .now } }
            }
        )
        try await queue.push((0..<Self.many).map { _ in Task1() }, .init(ttr: .milliseconds(100)))
        let worker = JobWorker(
            queue: queue,
            handlers: [
                JobHandler(Task1.self) { _, _ in
                    Self.block(1500)
                    end.withLock { $0 = .now }
                    return .done
                }
            ],
            concurrency: Self.many,
            configuration: .init(renewal: .milliseconds(100), grace: .milliseconds(50))
        )
        let running = Task { try await worker.run() }
        try await eventually("a run") { try await queue.statistics().reserved > 0 }
        running.cancel()
        try await within("the worker to end") { try await running.value }
        try await eventually("the handler to end") { end.withLock { $0 } != nil }
        let (worked, stopped) = (try #require(end.withLock { $0 }), try #require(ended.withLock { $0 }))
        #expect(stopped < worked)
    }

    @Test func `a job whose lease has ended before it could begin is not run on it`() async throws {
        let log = EventLog()
        let queue = JobQueue(
            store: MemoryJobStore(),
            configuration: .init { event in
                log.add(event)
                // Comes between the lending of the first jobs and their beginning.
                if case .workerStarted = event { Self.block(300) }
            }
        )
        try await queue.push(Task1())
        let runs = Gathered<[Int]>()
        let handler = JobHandler(Task1.self) { _, context in
            runs.add([context.deliveries, context.crashes])
            return .done
        }
        let times = JobWorker.Configuration(lease: .milliseconds(100), renewal: .milliseconds(50))
        try await JobWorker(queue: queue, handlers: [handler], configuration: times).runUntilEmpty()
        #expect(runs.all == [[1, 0]])
        #expect(log.count { if case .released = $0 { true } else { false } } == 1)
    }
}
