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
    private static let many = 1 + Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

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
            Self.block(2000)
            return .done
        }
        let labels = (0..<Self.many).map { "\($0)" }
        try await fixture.queue.push(labels.map { Task1(label: $0) })
        let times = (lease: Duration.milliseconds(1500), renewal: Duration.milliseconds(150))
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
        let times = Lock<[String: ContinuousClock.Instant]>([:])
        let note: @Sendable (String) -> Void = { what in times.withLock { $0[what] = $0[what] ?? .now } }
        let queue = JobQueue(
            store: MemoryJobStore(),
            configuration: .init(onEvent: { event in
                if case .failed = event { note("failed") }
                if case .workerStopped = event { note("stopped") }
            })
        )
        try await queue.push((0..<Self.many).map { _ in Task1() }, .init(ttr: .milliseconds(100)))
        let handler = JobHandler(Task1.self) { _, _ in
            Self.block(2000)
            note("ended")
            return .done
        }
        let worker = JobWorker(
            queue: queue,
            handlers: [handler],
            concurrency: Self.many,
            configuration: .init(renewal: .milliseconds(100), drain: .milliseconds(50), grace: .milliseconds(50))
        )
        let running = Task { try await worker.run() }
        // Not on the pool, which is blocked.
        Thread(name: "test-stop") {
            let deadline = ContinuousClock.now + .seconds(60)
            while times.withLock({ $0["failed"] }) == nil, .now < deadline { usleep(1000) }
            running.cancel()
        }
        .detach()
        try await within(.seconds(20), "the worker to end") { try await running.value }
        try await eventually(.seconds(20), "a handler to end") { times.withLock { $0["ended"] } != nil }
        let ended = try #require(times.withLock { $0["ended"] })
        #expect(try #require(times.withLock { $0["failed"] }) < ended)
        #expect(try #require(times.withLock { $0["stopped"] }) < ended)
    }

    @Test func `a job whose lease has ended before it could begin is not run on it`() async throws {
        let log = EventLog()
        let queue = JobQueue(
            store: MemoryJobStore(),
            configuration: .init(onEvent: { event in
                log.add(event)
                // Comes between the lending of the first jobs and their beginning.
                if case .workerStarted = event { Self.block(300) }
            })
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
        #expect(log.count { if case .released = $0 { true } else { false } } >= 1)
    }
}
