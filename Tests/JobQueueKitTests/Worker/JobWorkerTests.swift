import JobQueueKit
import PlatformCore
import TestSupport
import Testing

struct JobWorkerTests {
    @Test func `a pushed job is run with its content and leaves the queue`() async throws {
        let fixture = WorkerFixture()
        let seen = Gathered<String>()
        try await fixture.run { job, context in
            seen.add("\(job.label) \(context.id) \(context.deliveries) \(context.attempts)")
            return .done
        } while: {
            let id = try await fixture.queue.push(Task1(label: "grüße 🦅"), .init(attempts: 3))
            try await fixture.untilEmpty()
            #expect(seen.all == ["grüße 🦅 \(id) 1 3"])
        }
        #expect(fixture.log.count { if case .finished = $0 { true } else { false } } == 1)
    }

    @Test func `as many jobs run at once as the concurrency allows`() async throws {
        let fixture = WorkerFixture()
        let gate = Gate()
        let started = Gathered<String>()
        try await fixture.run(concurrency: 3) { job, _ in
            started.add(job.label)
            try await gate.pass()
            return .done
        } while: {
            try await fixture.queue.push((0..<5).map { Task1(label: "\($0)") })
            try await eventually(.seconds(60), "three jobs to run") { started.all.count == 3 }
            #expect(try await fixture.queue.statistics() == QueueStatistics(waiting: 2, reserved: 3))
            gate.open()
            try await fixture.untilEmpty()
            #expect(Set(started.all).count == 5)
        }
    }

    @Test func `a job that throws is tried again after its back-off, then onFailed is called and it is kept`()
        async throws
    {
        let fixture = WorkerFixture()
        let calls = Gathered<String>()
        let onFailed: @Sendable (Task1, JobContext, String) async throws -> Void = { job, context, reason in
            calls.add("onFailed \(job.label) \(context.failures) \(reason)")
        }
        try await fixture.run(onFailed: onFailed) { _, context in
            calls.add("run \(context.failures)")
            throw Broken()
        } while: {
            try await fixture.queue.push(Task1(label: "a"), .init(attempts: 2, backoff: .fixed(.milliseconds(20))))
            try await fixture.untilEmpty()
        }
        #expect(calls.all == ["run 0", "run 1", "onFailed a 2 broken"])
        #expect(try await fixture.queue.failed().map(\.reason) == ["broken"])
        #expect(fixture.log.count { if case .failed = $0 { true } else { false } } == 2)
        #expect(fixture.log.count { if case .givenUp = $0 { true } else { false } } == 1)
    }

    @Test func `a handler's back-off beats the job's, and what the run asked for beats both`() async throws {
        let fixture = WorkerFixture()
        let asked = Gathered<String>()
        let backoff: @Sendable (Int, any Error) -> Duration? = { failures, error in
            asked.add("\(failures) \(error)")
            return failures < 3 ? .milliseconds(failures) : nil
        }
        try await fixture.run(backoff: backoff) { _, context in
            if context.failures == 3 { return .retry(after: .milliseconds(20)) }
            throw Broken()
        } while: {
            try await fixture.queue.push(Task1(), .init(attempts: 5, backoff: .fixed(.milliseconds(10))))
            try await fixture.untilEmpty()
        }
        #expect(asked.all == ["1 broken", "2 broken", "3 broken", "5 broken"])
        let waits = fixture.log.all.compactMap { event in
            if case .failed(_, let failure, _) = event { failure.retryAfter.map { [$0] } ?? [] } else { nil }
        }
        #expect(waits == [[.milliseconds(1)], [.milliseconds(2)], [.milliseconds(10)], [.milliseconds(20)], []])
    }

    @Test func `a discarded job has no further tries`() async throws {
        let fixture = WorkerFixture()
        let calls = Gathered<String>()
        let onFailed: @Sendable (Task1, JobContext, String) async throws -> Void = { _, _, reason in calls.add(reason) }
        try await fixture.run(onFailed: onFailed) { _, _ in
            calls.add("run")
            return .discard(reason: "no such user")
        } while: {
            try await fixture.queue.push(Task1(), .init(attempts: 9))
            try await fixture.untilEmpty()
        }
        #expect(calls.all == ["run", "no such user"])
        #expect(try await fixture.queue.failed().map(\.reason) == ["no such user"])
    }

    @Test func `an onFailed that throws is called again`() async throws {
        let fixture = WorkerFixture()
        let calls = Gathered<Int>()
        let onFailed: @Sendable (Task1, JobContext, String) async throws -> Void = { _, _, _ in
            calls.add(1)
            if calls.all.count == 1 { throw Broken() }
        }
        try await fixture.run(onFailed: onFailed) { _, _ in
            throw Broken()
        } while: {
            try await fixture.queue.push(Task1())
            try await fixture.untilEmpty()
        }
        #expect(calls.all.count == 2)
        #expect(fixture.log.count { if case .giveUpFailed = $0 { true } else { false } } == 1)
    }

    @Test func `a snoozed job is run again later, a retried one counts`() async throws {
        let fixture = WorkerFixture()
        let calls = Gathered<String>()
        try await fixture.run { _, context in
            calls.add("\(context.deliveries) \(context.failures)")
            switch context.deliveries {
            case 1: return .snooze(.milliseconds(10))
            case 2: return .retry(after: .milliseconds(10))
            default: return .done
            }
        } while: {
            try await fixture.queue.push(Task1(), .init(attempts: 2))
            try await fixture.untilEmpty()
        }
        #expect(calls.all == ["1 0", "2 0", "3 1"])
        #expect(try await fixture.queue.failed().isEmpty)
    }

    @Test func `a job nobody knows, or that cannot be read, is kept as failed`() async throws {
        let fixture = WorkerFixture()
        _ = try await fixture.queue.store.push([
            NewJob(name: "stranger", payload: []), NewJob(name: Task1.name, payload: Array("{".utf8)),
        ])
        try await fixture.run { _, _ in
            .done
        } while: {
            try await fixture.untilEmpty()
        }
        let reasons = Set(try await fixture.queue.failed().map(\.reason))
        #expect(
            reasons == [
                "no handler for jobs named \"stranger\"", "the stored payload cannot be read as a job \"task-1\"",
            ]
        )
    }

    @Test(arguments: Driver.allCases)
    func `a job that runs longer than its ttr is cancelled and counted`(_ driver: Driver) async throws {
        let fixture = WorkerFixture(store: try StoreFixture(driver))
        try await fixture.run { _, _ in
            try await Gate().pass()
            return .done
        } while: {
            try await fixture.queue.push(Task1(), .init(ttr: .milliseconds(50)))
            try await fixture.untilEmpty()
        }
        #expect(try await fixture.queue.failed().first?.reason.contains("longer than its ttr") == true)
    }

    @Test(arguments: Driver.allCases)
    func `a job that does not stop when cancelled is abandoned`(_ driver: Driver) async throws {
        let fixture = WorkerFixture(store: try StoreFixture(driver))
        let gate = Gate()
        try await fixture.run(concurrency: 1, grace: .milliseconds(50)) { job, _ in
            if job.label == "stubborn" { await gate.passStubbornly() }
            return .done
        } while: {
            try await fixture.queue.push(Task1(label: "stubborn"), .init(ttr: .milliseconds(50)))
            try await fixture.queue.push(Task1(label: "next"))
            try await fixture.untilEmpty()
        }
        gate.open()
        #expect(fixture.log.count { if case .abandoned = $0 { true } else { false } } == 1)
    }

    @Test func `a lost lease cancels the job, and its outcome does not count`() async throws {
        let store = try StoreFixture(.memory)
        let fixture = WorkerFixture(store: store)
        let cancelled = Gate()
        try await fixture.run(renewal: .milliseconds(20)) { _, _ in
            do {
                try await Gate().pass()
            } catch {
                cancelled.open()
            }
            return .done
        } while: {
            try await fixture.queue.push(Task1())
            try await fixture.log.first("started") { if case .started = $0 { true } else { false } }
            let stolen = Gathered<Reservation>()
            try await eventually(.seconds(60), "another worker to get the job") {
                store.clock.advance(by: .seconds(20))
                for job in try await store.reserve() { stolen.add(job) }
                return !stolen.all.isEmpty
            }
            try await cancelled.pass()
            try await fixture.log.first("leaseLost") { if case .leaseLost = $0 { true } else { false } }
            #expect(try await store.settle(stolen.all[0], .done))
        }
        #expect(fixture.log.count { if case .finished = $0 { true } else { false } } == 0)
    }

    private struct Broken: Error, CustomStringConvertible {
        let description = "broken"
    }
}
