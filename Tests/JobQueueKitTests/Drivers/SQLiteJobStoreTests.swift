import JobQueueKit
import PlatformCore
import SQLiteCore
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

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

    @Test func `a file that is removed or replaced while in use is told by every call`() async throws {
        let path = directory.file("moved.sqlite")
        let store = try SQLiteJobStore(path: path)
        try await store.push("lost")
        for suffix in ["", "-wal", "-shm"] { try Files.removeFile(path + suffix) }
        for _ in 0..<2 {
            for call in [{ try await store.push("x") }, { _ = try await store.next() }] as [() async throws -> Void] {
                await #expect {
                    try await call()
                } throws: {
                    ($0 as? QueueError)?.code == .unavailable
                        && "\($0)".hasSuffix("was removed or replaced while in use: restart the programs that use it")
                }
            }
            // The second time another queue is there.
            let other = try SQLiteJobStore(path: path)
            #expect(try await other.statistics() == QueueStatistics())
            await other.close()
        }
    }

    @Test func `a worker that comes while another program holds the file says so in plain words, and goes on trying`()
        async throws
    {
        let path = directory.file("held.sqlite")
        let store = try SQLiteJobStore(path: path, clock: .system, busyLimit: .milliseconds(20))
        let fixture = WorkerFixture(store: store)
        try await fixture.queue.push(Task1())
        let options = Database.Options(applicationID: SQLiteSchema.applicationID, migrations: SQLiteSchema.migrations)
        let peer = try Database(path: path, options: options)
        let (holds, isOver) = (Gate(), Lock(false))
        let holding = Task {
            try await peer.write { _ in
                holds.open()
                while !isOver.withLock({ $0 }) { usleep(1000) }
            }
        }
        try await holds.pass()
        await #expect {
            try await fixture.queue.push(Task1())
        } throws: {
            ($0 as? QueueError)?.code == .busy
                && "\($0)".hasSuffix("held.sqlite: another program holds the file; `fuser \(path)` may find it")
        }
        try await fixture.run { _, _ in
            .done
        } while: {
            try await fixture.log.first("storeFailed") { if case .storeFailed = $0 { true } else { false } }
            isOver.withLock { $0 = true }
            try await fixture.untilEmpty()
        }
        try await holding.value
        await peer.close()
        #expect(fixture.log.count { if case .finished = $0 { true } else { false } } == 1)
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

    @Test func `a file of the first version is brought up to date with its jobs`() async throws {
        let first = Database.Options(
            applicationID: SQLiteSchema.applicationID,
            migrations: Array(SQLiteSchema.migrations.prefix(1))
        )
        let old = try Database(path: path, options: first)
        try await old.write { connection in
            try connection.execute(
                """
                INSERT INTO jobs (state, channel, priority, ready_at, partition_key, attempts, ttr, backoff, pushed_at, name,
                    payload) VALUES (0, 'default', 1024, 1, 'p', 3, 1000, '1000 2.0 300000 0.2', 1, 'test', x'66'),
                    (1, 'default', 1024, 2, 'p', 3, 1000, '1000 2.0 300000 0.2', 2, 'test', x'62');
                INSERT INTO failed_jobs (id, channel, priority, deliveries, failures, crashes, attempts, ttr, backoff,
                    pushed_at, failed_at, reason, name, payload)
                    VALUES (99, 'default', 1024, 3, 3, 0, 3, 1000, '1000 2.0 300000 0.2', 1, 2, 'why', 'test', x'67');
                """
            )
        }
        await old.close()
        let store = try SQLiteJobStore(path: path)
        #expect(try await store.statistics() == QueueStatistics(waiting: 2, failed: 1))
        #expect(try await store.retryFailed([JobID("99")]) == [.retried])
        #expect(try await store.drain() == ["f", "b", "g"])
        #expect(try await store.counts().first?.done == 3)
    }

    @Test func `a file of a newer version is refused`() async throws {
        let newer = Database.Options(
            applicationID: SQLiteSchema.applicationID,
            migrations: SQLiteSchema.migrations + ["CREATE TABLE later (a)"]
        )
        await (try Database(path: path, options: newer)).close()
        #expect { try SQLiteJobStore(path: path) } throws: { ($0 as? QueueError)?.code == .foreign }
    }

    @Test(arguments: [0, 1])
    func `a damaged file is told as such, and stops nothing but itself`(_ page: Int) async throws {
        let whole = try SQLiteJobStore(path: path)
        for number in 0..<100 { try await whole.push("\(number) " + String(repeating: "x", count: 500)) }
        await whole.close()
        let bytes = try Files.read(path)
        // The header stays, so that the file is ours.
        let start = max(page * 4096, 100)
        try Files.replace(path, with: bytes[..<start] + [UInt8](repeating: 0xFF, count: bytes.count - start))
        await #expect {
            let store = try SQLiteJobStore(path: path)
            _ = try await store.reserve(9)
        } throws: {
            ($0 as? QueueError)?.code == .damaged
        }
    }
}
