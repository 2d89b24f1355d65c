import JobQueueKit
import Testing

struct JobQueueTests {
    private let queue = JobQueue(store: MemoryJobStore(), configuration: .init(payloadLimit: 100))

    @Test func `a job becomes JSON under its name`() async throws {
        let id = try await queue.push(Task1(label: "ü"), .init(channel: "mail"))
        let job = try #require(try await queue.store.reserve(from: ["mail"]).first)
        #expect(job.token.id == id)
        #expect(job.name == "task-1")
        #expect(job.label == #"{"label":"ü"}"#)
    }

    @Test func `a payload beyond the limit is refused`() async throws {
        await #expect(throws: QueueError.self) {
            try await queue.push(Task1(label: String(repeating: "x", count: 100)))
        }
        #expect(try await queue.statistics() == QueueStatistics())
    }

    @Test
    func `a batch of several types, with options of their own and bytes made elsewhere, is one push`()
        async throws
    {
        let ids = try await queue.push([
            NewJob(Task1(label: "a"), .init(priority: 9)),
            NewJob(Task2(number: 7), .init(priority: 1, channel: "other")),
            NewJob(name: "raw", payload: [0, 255]),
        ])
        let jobs = try await queue.store.reserve(9, from: [.default, "other"])
        #expect(jobs.map(\.name) == ["task-2", "task-1", "raw"])
        #expect(jobs.map(\.token.id) == [ids[1], ids[0], ids[2]])
        #expect(jobs[2].payload == [0, 255])
    }

    @Test func `one job of a batch that is too large keeps all of it out`() async throws {
        let large = try NewJob(name: "raw", payload: Array(repeating: 1, count: 101))
        await #expect { try await queue.push([NewJob(Task1()), large]) } throws: {
            ($0 as? QueueError)?.code == .invalidJob
        }
        #expect(try await queue.statistics() == QueueStatistics())
    }

    @Test func `beforePush changes jobs, and what it throws refuses the whole batch`() async throws {
        let log = EventLog()
        let queue = JobQueue(
            store: MemoryJobStore(),
            configuration: .init(
                beforePush: { job in
                    if job.name == Task2.name { throw Refusal() }
                    var options = job.options
                    options.channel = "tenant-1"
                    return try NewJob(name: job.name, payload: job.payload, options: options)
                },
                onEvent: log.add
            )
        )
        try await queue.push(Task1(label: "a"))
        #expect(try await queue.store.reserve(from: ["tenant-1"]).map(\.label) == [#"{"label":"a"}"#])
        await #expect { try await queue.push([NewJob(Task1()), NewJob(Task2(number: 1))]) } throws: {
            ($0 as? QueueError)?.code == .refused && "\($0)" == "push task-2: closed for the night"
        }
        #expect(try await queue.statistics() == QueueStatistics(reserved: 1))
        #expect(
            log.count { if case .pushed(_, Task1.name, "tenant-1") = $0 { true } else { false } } == 1
        )
        #expect(log.all.count == 1)
    }

    @Test(
        arguments: [
            .init(delay: .seconds(-1)), .init(ttr: .zero), .init(attempts: 0), .init(uniqueKey: ""),
            .init(partition: String(repeating: "x", count: 181)), .init(channel: ""), .init(priority: 1 << 32),
        ] as [PushOptions]
    )
    func `options beyond the limits are refused`(_ options: PushOptions) async {
        await #expect { try await queue.push(Task1(), options) } throws: {
            ($0 as? QueueError)?.code == .invalidJob
        }
    }

    @Test func `the waits of a back-off grow to their limit`() {
        let backoff = Backoff.exponential(from: .seconds(1), upTo: .seconds(10), jitter: 0)
        #expect((1...6).map { backoff.wait(afterFailures: $0) } == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
        #expect(backoff.wait(afterFailures: 10_000) == .seconds(10))
        #expect(Backoff.fixed(.seconds(3)).wait(afterFailures: 9) == .seconds(3))
    }

    private struct Task2: Job {
        static let name = "task-2"
        var number: Int
    }

    private struct Refusal: Error, CustomStringConvertible {
        let description = "closed for the night"
    }
}
