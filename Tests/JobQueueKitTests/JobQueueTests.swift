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
}
