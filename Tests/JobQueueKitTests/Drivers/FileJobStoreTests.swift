import JobQueueKit
import PlatformCore
import TestSupport
import Testing

/// What is the file driver's own: how it bears being cut short, damage and strange directories.
struct FileJobStoreTests {
    private let directory = TemporaryDirectory()

    private var root: String { directory.file("queue") }

    private func open() throws -> FileJobStore {
        try FileJobStore(path: root)
    }

    /// Makes the queue look as if a process had died in the middle of a change.
    private func cutShort(bootID: String = Owner.current.bootID) throws {
        try Files.replace("\(root)/lock", with: Array("hawk-queue 1 7 1 \(bootID)\n".utf8))
    }

    @Test func `a key taken by a push that was cut short is free again`() async throws {
        let id = try await open().push("first", .init(uniqueKey: "k"))
        try remove("ready/default")
        try cutShort()
        let store = try open()
        #expect(try await store.push("second", .init(uniqueKey: "k")) != id)
        #expect(try await store.drain() == ["second"])
    }

    @Test(arguments: [true, false])
    func `a push of several that was cut short is undone, one that a power cut followed is not`(
        _ isSameBoot: Bool
    ) async throws {
        let store = try open()
        try await store.push("later", .init(priority: 9, partition: "p"))
        let batch = try ["a", "b", "c"].map { label in
            try NewJob(
                name: "test",
                payload: Array(label.utf8),
                options: .init(priority: 1, uniqueKey: label, partition: label == "c" ? nil : "p")
            )
        }
        let ids = try await store.push(batch)
        #expect(throws: SystemError.self) { try Files.read("\(root)/batch") }
        try Files.replace("\(root)/batch", with: Array(ids.map(\.description).joined(separator: "\n").utf8))
        try cutShort(bootID: isSameBoot ? Owner.current.bootID : "another-boot")
        #expect(try await open().drain() == (isSameBoot ? ["later"] : ["a", "b", "c", "later"]))
        #expect(throws: SystemError.self) { try Files.read("\(root)/batch") }
        #expect(try await !ids.contains(open().push("a", .init(uniqueKey: "a"))))
    }

    @Test func `a partition goes on after an end of work that was cut short`() async throws {
        let store = try open()
        for label in ["a1", "a2", "a3"] { try await store.push(label, .init(partition: "a")) }
        try remove("ready/default")
        try cutShort()
        #expect(try await open().drain() == ["a2", "a3"])
    }

    @Test func `a job that was put in front but not made ready is made ready`() async throws {
        let store = try open()
        for label in ["a1", "a2"] { try await store.push(label, .init(partition: "a")) }
        let ready = SegmentedDirectory("\(root)/ready/default")
        let name = try ready.all()[0]
        let path = try #require(try ready.location(of: name))
        _ = try SegmentedDirectory("\(root)/line/default/a").insert(path, as: name)
        try cutShort()
        #expect(try await open().drain() == ["a1", "a2"])
    }

    @Test func `links lost in a power cut are made anew`() async throws {
        let store = try open()
        let id = try await store.push("a1", .init(uniqueKey: "k", partition: "a"))
        try await store.push("a2", .init(partition: "a"))
        try Files.removeFile("\(root)/unique/default/k")
        try Files.removeFile("\(root)/front/default/a")
        try cutShort(bootID: "another-boot")
        let reopened = try open()
        #expect(try await reopened.push("again", .init(uniqueKey: "k")) == id)
        #expect(try await reopened.reserve(9).map(\.label) == ["a1"])
    }

    @Test(arguments: [0, 5, 100, 9999])
    func `a torn file costs its own job only, which is kept as failed`(_ length: Int) async throws {
        let store = try open()
        try await store.push("torn, and of some length", .init(uniqueKey: "k", partition: "p"))
        try await store.push("whole", .init(partition: "p"))
        let ready = SegmentedDirectory("\(root)/ready/default")
        let path = try #require(try ready.location(of: ready.all()[0]))
        let bytes = try Files.read(path)
        try Files.replace(path, with: bytes.prefix(min(length, bytes.count - 1)))
        #expect(try await store.reserve(9).isEmpty)
        #expect(try await store.drain() == ["whole"])
        #expect(try await store.failed(limit: 9).map(\.reason) == ["the stored job is damaged"])
        try await store.push("new", .init(uniqueKey: "k"))
        #expect(try await store.drain() == ["new"])
    }

    @Test func `a value of the store bears that another one emptied a directory`() async throws {
        let first = try open()
        let second = try open()
        for number in 0..<3 {
            try await first.push("\(number)", .init(partition: "p"))
            try await first.push("\(number) late", .init(delay: .seconds(3600)))
            #expect(try await second.drain() == ["\(number)"])
            #expect(try await second.next() == nil)
        }
        #expect(try await first.statistics() == QueueStatistics(delayed: 3))
    }

    @Test func `what a dead process was writing is removed`() async throws {
        _ = try open()
        let file = "\(root)/tmp/\(Owner.dead),123"
        try Files.replace(file, with: [1])
        _ = try open()
        #expect(throws: SystemError.self) { try Files.read(file) }
    }

    @Test func `a file that vanished is no job any more`() async throws {
        let store = try open()
        try await store.push("lost")
        try await store.push("kept")
        let ready = SegmentedDirectory("\(root)/ready/default")
        try Files.removeFile(try #require(try ready.location(of: ready.all()[0])))
        #expect(try await store.reserve(9).map(\.label) == ["kept"])
    }

    @Test(arguments: [".DS_Store", ".nfs0001", "junk", "0junk"])
    func `names that are no job's are passed over wherever they are`(_ stray: String) async throws {
        let store = try open()
        try await store.push("first", .init(uniqueKey: "k", partition: "p"))
        #expect(try await store.drain() == ["first"])
        try await store.push("later", .init(delay: .seconds(3600)))
        try await store.push("bad")
        let bad = try #require(try await store.next())
        try await store.settle(bad, .failed(reason: "x"))
        try await store.push("here", .init(partition: "p"))
        let directories = [
            "ready", "ready/default", "ready/default/0", "line", "line/default", "line/default/p", "waiting",
            "waiting/0",
            "reserved", "failed", "done", "done/default", "unique", "unique/default", "front", "front/default",
            "errors",
            "progress", "channels", "tmp",
        ]
        for name in directories {
            try Files.makeDirectory("\(root)/\(name)")
            try Files.replaceUnsynced("\(root)/\(name)/\(stray)")
        }
        try cutShort()
        let second = try open()
        #expect(try await second.statistics() == QueueStatistics(waiting: 1, delayed: 1, failed: 1))
        #expect(try await second.counts().map(\.waiting).reduce(0, +) == 1)
        #expect(try await second.failed(limit: 9).map(\.id) == [bad.token.id])
        #expect(try await second.failedIDs().count == 1)
        try await second.push("there", .init(uniqueKey: "k", partition: "p"))
        #expect(try await second.drain() == ["here", "there"])
        try await second.change("mail", .pause)
        #expect(try await second.channels() == ["mail": ChannelSettings(isPaused: true)])
        #expect(try await second.retryFailed([bad.token.id]) == [.retried])
        #expect(try await second.clear(.default) == 2)
        #expect(try await second.statistics() == QueueStatistics())
    }

    @Test func `a damaged job is counted and shown, and a retry says why not`() async throws {
        let store = try open()
        let pushed = WallTime.now
        let id = try await store.push("torn")
        let ready = SegmentedDirectory("\(root)/ready/default")
        try Files.replace(try #require(try ready.location(of: ready.all()[0])), with: [])
        #expect(try await store.counts().map(\.name) == ["(damaged)"])
        #expect(try await store.counts().map(\.waiting) == [1])
        #expect(try await store.status(of: id).name == "(damaged)")
        #expect(try await store.next() == nil)
        #expect(try await store.counts() == [JobCounts(channel: "-", name: "(damaged)", failed: 1)])
        let job = try await store.failed(id)
        #expect(job.name == "(damaged)")
        #expect(job.pushedAt >= pushed && job.pushedAt <= .now)
        #expect(try await store.retryFailed([id]) == [.damaged])
        #expect(try await store.forgetFailed([id]) == [true])
    }

    @Test func `a queue that is removed or replaced while in use is told by every call`() async throws {
        let store = try open()
        try await store.push("lost")
        try Files.move(root, to: directory.file("elsewhere"))
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
            #expect(try await open().statistics() == QueueStatistics())
        }
    }

    @Test func `a directory that holds something else is refused and left alone`() throws {
        try Files.makeDirectory(root)
        try Files.replace("\(root)/photo.jpg", with: [1])
        #expect { try open() } throws: { ($0 as? QueueError)?.code == .foreign }
        #expect(try Files.read("\(root)/photo.jpg") == [1])
    }

    @Test func `a directory of a newer version is refused`() throws {
        try Files.makeDirectory(root)
        try Files.replace("\(root)/lock", with: Array("hawk-queue 2 1 0 boot\n".utf8))
        #expect { try open() } throws: { ($0 as? QueueError)?.code == .foreign }
    }

    @Test func `hostile names stay inside`() async throws {
        let store = try open()
        let hostile = "../../escape/\u{0}"
        try await store.push("job", .init(uniqueKey: hostile, partition: hostile, channel: Channel(hostile)))
        #expect(try await store.reserve(from: [Channel(hostile)]).map(\.label) == ["job"])
        #expect(try await store.push("job", .init(uniqueKey: "..", partition: ".")) != JobID(""))
        #expect(try await store.drain() == ["job"])
    }

    /// Removes the one job in a sorted directory.
    private func remove(_ name: String) throws {
        let sorted = SegmentedDirectory("\(root)/\(name)")
        for job in try sorted.all() { try Files.removeFile(try #require(try sorted.location(of: job))) }
    }
}
