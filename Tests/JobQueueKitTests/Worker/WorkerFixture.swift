import JobQueueKit
import PlatformCore
import TestSupport

/// A job for tests.
struct Task1: Job, Equatable {
    static let name = "task-1"
    var label = "x"
}

/// A worker on a memory store that runs during a test, and the events it told.
final class WorkerFixture: Sendable {
    let queue: JobQueue
    let log = EventLog()

    init(store: any JobStore = MemoryJobStore()) {
        queue = JobQueue(store: store, configuration: .init(onEvent: log.add))
    }

    /// Runs a worker while `body` runs, then stops it and waits for its end.
    func run(
        concurrency: Int = 4,
        drain: Duration = .seconds(10),
        grace: Duration = .seconds(5),
        lease: Duration = .seconds(15),
        renewal: Duration = .seconds(5),
        backoff: (@Sendable (Int, any Error) -> Duration?)? = nil,
        onFailed: (@Sendable (Task1, JobContext, String) async throws -> Void)? = nil,
        _ handle: @escaping @Sendable (Task1, JobContext) async throws -> JobOutcome,
        while body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let worker = JobWorker(
            queue: queue,
            handlers: [JobHandler(Task1.self, backoff: backoff, onFailed: onFailed, run: handle)],
            concurrency: concurrency,
            configuration: .init(lease: lease, renewal: renewal, drain: drain, grace: grace)
        )
        try await within(.seconds(60), "the worker to end") { [log] in
            let running = Task { try await worker.run() }
            defer { running.cancel() }
            try await log.first("workerStarted") { if case .workerStarted = $0 { true } else { false } }
            try await body()
            running.cancel()
            try await running.value
        }
    }

    /// Waits until nothing waits, runs or sleeps in the store.
    func untilEmpty() async throws {
        try await eventually(.seconds(60), "the store to be empty") { [queue] in
            let statistics = try await queue.statistics()
            return statistics.waiting + statistics.delayed + statistics.reserved == 0
        }
    }
}

/// The events of a queue, in order.
final class EventLog: Sendable {
    private let events = Lock<[QueueEvent]>([])

    func add(_ event: QueueEvent) {
        events.withLock { $0.append(event) }
    }

    var all: [QueueEvent] { events.withLock { $0 } }

    func count(_ matches: (QueueEvent) -> Bool) -> Int { all.count(where: matches) }

    /// Waits for an event.
    func first(_ what: String, _ matches: @escaping @Sendable (QueueEvent) -> Bool) async throws {
        try await eventually(.seconds(60), "event \(what)") { [self] in all.contains(where: matches) }
    }
}

/// Values gathered from several tasks.
final class Gathered<Value: Sendable>: Sendable {
    private let values = Lock<[Value]>([])

    func add(_ value: Value) {
        values.withLock { $0.append(value) }
    }

    var all: [Value] { values.withLock { $0 } }
}

/// Closed until it is opened; whoever waits at it then passes, or throws when cancelled.
final class Gate: Sendable {
    private let signal = WakeSignal()

    func open() { signal.notify() }

    func pass() async throws {
        while signal.generation == 0 {
            try Task.checkCancellation()
            await signal.wait(past: 0, for: .seconds(30))
        }
    }

    /// Waits even when cancelled, as a job does that does not listen.
    func passStubbornly() async {
        await Task { while signal.generation == 0 { await signal.wait(past: 0, for: .seconds(30)) } }.value
    }
}
