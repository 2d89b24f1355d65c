import JobQueueKit
import TestSupport
import Testing

/// A queue without workers.
struct RunAtOnceTests {
    private let log = EventLog()
    private let calls = Gathered<String>()

    private func queue(
        onFailed: (@Sendable (Task1, JobContext, String) async throws -> Void)? = nil,
        _ run: @escaping @Sendable (Task1, JobContext) async throws -> JobOutcome
    ) -> JobQueue {
        JobQueue(
            runningAtOnce: [JobHandler(Task1.self, onFailed: onFailed, run: run)],
            configuration: .init(onEvent: log.add)
        )
    }

    @Test func `a push returns when its job has run, whatever it was to wait for`() async throws {
        let queue = queue { [calls] job, context in
            calls.add("\(job.label) \(context.deliveries)")
            return .done
        }
        try await queue.pause(.default)
        try await queue.push(
            Task1(label: "a"),
            .init(delay: .seconds(600), priority: 9, partition: "p")
        )
        #expect(calls.all == ["a 1"])
        try await queue.push([Task1(label: "b"), Task1(label: "c")], .init(partition: "p"))
        #expect(calls.all == ["a 1", "b 1", "c 1"])
        #expect(try await queue.statistics() == QueueStatistics())
        #expect(try await queue.counts().first?.done == 3)
        #expect(log.count { if case .finished = $0 { true } else { false } } == 3)
    }

    @Test func `tries follow each other at once, then onFailed is called and the job kept`()
        async throws
    {
        let queue = queue { [calls] job, _, reason in
            calls.add("onFailed \(reason)")
        } _: { [calls] _, context in
            calls.add("run \(context.failures)")
            return .retry(after: .seconds(3600))
        }
        let id = try await queue.push(Task1(), .init(attempts: 3))
        #expect(calls.all == ["run 0", "run 1", "run 2", "onFailed the job asked for another try"])
        #expect(try await queue.status(of: id).state == .failed)
        let retries = log.all.compactMap {
            if case .failed(_, let failure, _) = $0 { failure.retryAfter } else { nil }
        }
        #expect(retries == [.seconds(3600), .seconds(3600)])
    }

    @Test func `a job that runs too long is cancelled and counted`() async throws {
        let queue = queue { _, _ in
            try await Gate().pass()
            return .done
        }
        _ = try await within(.seconds(60), "the push") {
            try await queue.push(Task1(), .init(ttr: .milliseconds(20)))
        }
        #expect(try await queue.failed().first?.reason.contains("longer than its ttr") == true)
    }

    @Test func `a job that pushes runs the other one inside itself, but not its own key`()
        async throws
    {
        let pushing = Gathered<JobQueue>()
        let queue = queue { [calls] job, context in
            calls.add("begin \(job.label)")
            if job.label == "outer" {
                try await pushing.all[0].push(Task1(label: "inner"))
                let id = try await pushing.all[0].push(Task1(label: "same key"), .init(uniqueKey: "k"))
                calls.add("held: \(id == context.id)")
            }
            calls.add("end \(job.label)")
            return .done
        }
        pushing.add(queue)
        try await queue.push(Task1(label: "outer"), .init(uniqueKey: "k"))
        #expect(calls.all == ["begin outer", "begin inner", "end inner", "held: true", "end outer"])
    }

    @Test func `a job that snoozes stays for a worker`() async throws {
        let run: @Sendable (Task1, JobContext) async throws -> JobOutcome = { [calls] _, context in
            calls.add("run \(context.deliveries)")
            return context.deliveries == 1 ? .snooze(.milliseconds(1)) : .done
        }
        let queue = queue(run)
        let id = try await queue.push(Task1())
        #expect(calls.all == ["run 1"])
        #expect(try await queue.status(of: id).state == .delayed)
        try await within(.seconds(60), "the worker") {
            let worker = JobWorker(queue: queue, handlers: [JobHandler(Task1.self, run: run)])
            let running = Task { try await worker.run() }
            try await eventually(.seconds(60), "the second run") {
                try await queue.statistics() == QueueStatistics()
            }
            running.cancel()
            try await running.value
        }
        #expect(calls.all == ["run 1", "run 2"])
    }

    @Test func `cancelling the task that pushes cancels the job, which is not counted`() async throws {
        let queue = queue { [calls] _, _ in
            calls.add("run")
            try await Gate().pass()
            return .done
        }
        let pushing = Task { try await queue.push(Task1()) }
        try await eventually(.seconds(60), "the job to run") { [calls] in !calls.all.isEmpty }
        pushing.cancel()
        let id = try await pushing.value
        #expect(try await queue.status(of: id).state == .waiting)
        #expect(log.count { if case .released = $0 { true } else { false } } == 1)
    }

    @Test func `a job nobody knows is kept as failed`() async throws {
        let queue = JobQueue(runningAtOnce: [])
        try await queue.push(Task1())
        #expect(try await queue.failed().map(\.reason) == ["no handler for jobs named \"task-1\""])
    }
}
