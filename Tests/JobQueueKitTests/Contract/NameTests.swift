import JobQueueKit
import Testing

@Suite("Contract: names and keys of any characters")
struct NameTests {
    /// Each differs from every other in its bytes, though some look alike, mean something in a path or to SQL, or are as
    /// long as they may be.
    private static let names = [
        ".", "..", "../../escape", "a/b", "a%2Fb", "a\\b", "~YQ", "a", "A", "%", "'; DROP TABLE jobs; --", "a\u{0}b",
        "a\nb",
        "é", "e\u{301}", "🦅", "-", "--force", String(repeating: "/", count: 180), String(repeating: "x", count: 180),
    ]

    @Test(arguments: Driver.allCases)
    func `channels are told apart by their bytes`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        for (number, name) in Self.names.enumerated() {
            try await fixture.push("\(number)", .init(channel: Channel(name)))
            try await fixture.change(Channel(name), .cap(number + 1))
        }
        let store = try fixture.reopened()
        #expect(try await store.counts().count == Self.names.count)
        let caps = try await store.channels()
        #expect(caps.count == Self.names.count)
        for (number, name) in Self.names.enumerated() {
            #expect(caps[Channel(name)]?.concurrency == number + 1, "\(name)")
            #expect(try await store.reserve(9, from: [Channel(name)]).map(\.label) == ["\(number)"], "\(name)")
            #expect(try await store.clear(Channel(name)) == 0)
        }
    }

    @Test(arguments: Driver.allCases)
    func `unique keys and partitions are told apart by their bytes`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        var ids: [JobID] = []
        for name in Self.names {
            ids.append(try await fixture.push("first", .init(uniqueKey: name, partition: name)))
            try await fixture.push("second", .init(partition: name))
        }
        #expect(Set(ids).count == Self.names.count)
        for (id, name) in zip(ids, Self.names) {
            #expect(try await fixture.push("again", .init(uniqueKey: name)) == id)
        }
        let jobs = try await fixture.reserve(99)
        #expect(jobs.map(\.label) == Self.names.map { _ in "first" })
        for (job, name) in zip(jobs, Self.names) {
            #expect(job.options.partition.map { Array($0.utf8) } == Array(name.utf8))
            try await fixture.settle(job, .done)
        }
        #expect(try await fixture.reserve(99).map(\.label) == Self.names.map { _ in "second" })
    }

    @Test(arguments: Driver.allCases)
    func `clearing lets the partitions that look alike go on`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        for name in ["é", "e\u{301}"] {
            for _ in 0..<2 { try await fixture.push("old", .init(partition: name)) }
        }
        #expect(try await fixture.clear(.default) == 4)
        for name in ["é", "e\u{301}"] { try await fixture.push("new", .init(partition: name)) }
        #expect(try await fixture.reserve(9).map(\.label) == ["new", "new"])
    }

    @Test(arguments: Driver.allCases)
    func `job names are counted apart by their bytes`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        for name in Self.names { _ = try await fixture.push([NewJob(name: name, payload: [])]) }
        #expect(try await fixture.counts().map(\.waiting) == Self.names.map { _ in 1 })
        while let job = try await fixture.next() { try await fixture.settle(job, .done) }
        #expect(try await fixture.reopened().counts().map(\.done) == Self.names.map { _ in 1 })
    }

    @Test(arguments: Driver.allCases)
    func `identities that nobody gave touch nothing`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        try await fixture.push("job")
        for name in Self.names {
            let id = JobID(name)
            #expect(try await fixture.remove(id) == false)
            #expect(try await fixture.retryFailed([id]) == [.unknown])
            #expect(try await fixture.forgetFailed([id]) == [false])
            await #expect(throws: QueueError.self) { try await fixture.status(of: id) }
            await #expect(throws: QueueError.self) { try await fixture.failed(id) }
        }
        #expect(try await fixture.reopened().drain() == ["job"])
    }

    @Test(arguments: ["", String(repeating: "x", count: 181)])
    func `a channel beyond the limits is refused`(_ name: String) async throws {
        let queue = JobQueue(store: MemoryJobStore())
        let calls: [() async throws -> Void] = [
            { try await queue.pause(Channel(name)) }, { try await queue.resume(Channel(name)) },
            { try await queue.cap(Channel(name), at: 2) },
        ]
        for call in calls {
            await #expect { try await call() } throws: { ($0 as? QueueError)?.code == .invalidJob }
        }
    }
}
