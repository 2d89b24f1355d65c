import JobQueueKit
import PlatformCore
import TestSupport
import Testing

/// What is the SQLite driver's own.
struct SQLiteJobStoreTests {
    private let directory = TemporaryDirectory()

    private var path: String { directory.file("queue.sqlite") }

    @Test func `a file that is not a queue is refused and left alone`() throws {
        let text = Array(String(repeating: "a shopping list\n", count: 300).utf8)
        try Files.replace(path, with: text)
        #expect { try SQLiteJobStore(path: path) } throws: { ($0 as? QueueError)?.code == .foreign }
        #expect(try Files.read(path) == text)
    }

    @Test func `a closed store says so`() async throws {
        let store = try SQLiteJobStore(path: path)
        await store.close()
        await #expect { try await store.push("job") } throws: { ($0 as? QueueError)?.code == .closed }
    }

    @Test func `a push by another value is seen without a notification`() async throws {
        let first = try SQLiteJobStore(path: path, durability: .normal)
        let second = try SQLiteJobStore(path: path, durability: .normal)
        #expect(try await first.next() == nil)
        #expect(try await first.next() == nil)
        try await second.push("job")
        #expect(try await first.next()?.label == "job")
    }
}
