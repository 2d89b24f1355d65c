import JobQueueKit
import PlatformCore
import TestSupport
import Testing

/// How a worker learns of what another process did; another value of a store stands for it, since values share nothing.
struct DoorbellTests {
    private let directory = TemporaryDirectory()

    private func open(_ driver: Driver) throws -> any JobStore {
        switch driver {
        case .memory: MemoryJobStore()
        case .sqlite: try SQLiteJobStore(path: directory.file("queue.sqlite"))
        case .file: try FileJobStore(path: directory.file("queue"))
        }
    }

    #if os(Linux)
    @Test(arguments: Driver.lasting)
    func `a store that was asked for jobs is notified of what others do`(_ driver: Driver) async throws {
        let listener = try open(driver)
        let other = try open(driver)
        #expect(try await listener.next() == nil)
        let calls: [@Sendable () async throws -> Void] = [
            { try await other.push("a") },
            { try await other.change(.default, .pause) },
            { try await other.change(.default, .resume) },
            { _ = try await other.clear(.default) },
        ]
        for call in calls {
            let seen = listener.wake.generation
            try await call()
            try await within(.seconds(60), "the ring") {
                while listener.wake.generation == seen { await listener.wake.wait(past: seen, for: .seconds(60)) }
            }
        }
    }

    @Test(arguments: Driver.lasting)
    func `who is told looks more rarely`(_ driver: Driver) async throws {
        let store = try open(driver)
        let before = try #require(store.pollInterval)
        #expect(try await store.next() == nil)
        #expect(try #require(store.pollInterval) > before)
    }
    #endif

    @Test(arguments: Driver.lasting)
    func `a bell that is removed costs nothing but time`(_ driver: Driver) async throws {
        let listener = try open(driver)
        let other = try open(driver)
        #expect(try await listener.next() == nil)
        try await other.push("a")
        let bell = driver == .file ? "queue/bell" : "queue.sqlite-bell"
        try Files.removeFile(directory.file(bell))
        try await other.push("b")
        #expect(try await listener.drain() == ["a", "b"])
    }
}
