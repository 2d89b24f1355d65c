import JobQueueKit
import PlatformCore
import SQLiteCore
import TestSupport
import Testing

/// What was found wrong with yii2-queue, each under the name of its case, with the right outcome.
struct InheritedDefectsTests {
    private let directory = TemporaryDirectory()

    @Test(arguments: Driver.allCases)
    func `kill9: a crash does not use up the only attempt, and the third one fails the job with that reason`(
        _ driver: Driver
    ) async throws {
        let store = try StoreFixture(driver)
        let fixture = WorkerFixture(store: store)
        try await fixture.queue.push(Task1(label: "killer"))
        for _ in 0..<3 { #expect(try await store.reserve(by: .dead).map(\.exhausted) == [false]) }
        try await fixture.queue.push(Task1(label: "once"), .init(priority: 1))
        #expect(try await store.reserve(by: .dead).count == 1)
        let ran = Gathered<String>()
        let onFailed: @Sendable (Task1, JobContext, String) async throws -> Void = { job, _, reason in
            ran.add("onFailed \(job.label): \(reason)")
        }
        try await fixture.run(onFailed: onFailed) { job, _ in
            ran.add(job.label)
            return .done
        } while: {
            try await fixture.untilEmpty()
        }
        let reason = "the worker's process ended while it ran the job"
        #expect(Set(ran.all) == ["once", "onFailed killer: \(reason)"])
        #expect(try await fixture.queue.failed().contains { $0.reason == reason && $0.crashes == 3 })
    }

    @Test(arguments: [0, 1, 13, 64, 127])
    func `crashwrite, torn: the one file that all share may be cut anywhere, and no job is lost`(
        _ length: Int
    ) async throws {
        let root = directory.file("queue")
        let store = try FileJobStore(path: root)
        var ids: Set<JobID> = []
        for number in 0..<20 {
            ids.insert(try await store.push("\(number)", .init(partition: number % 2 == 0 ? "p" : nil)))
        }
        #expect(try await store.next() != nil)
        let bytes = try Files.read("\(root)/lock")
        try Files.replace("\(root)/lock", with: bytes.prefix(length))
        let reopened = try FileJobStore(path: root)
        #expect(try await reopened.statistics() == QueueStatistics(waiting: 19, reserved: 1))
        #expect(try await !ids.contains(reopened.push("new")))
        #expect(try await reopened.statistics() == QueueStatistics(waiting: 20, reserved: 1))
    }

    @Test(arguments: [true, false])
    func `tornpayload, ghost: a payload that is cut or gone costs its own job, and the worker goes on`(
        _ isCut: Bool
    ) async throws {
        let root = directory.file("queue")
        let fixture = WorkerFixture(store: try FileJobStore(path: root))
        for label in ["a", "b", "c"] { try await fixture.queue.push(Task1(label: label)) }
        let ready = SegmentedDirectory("\(root)/ready/default")
        let path = try #require(try ready.location(of: ready.all()[1]))
        if isCut {
            try Files.replace(path, with: try Files.read(path).prefix(150))
        } else {
            try Files.removeFile(path)
        }
        let ran = Gathered<String>()
        try await fixture.run { job, _ in
            ran.add(job.label)
            return .done
        } while: {
            try await eventually(.seconds(60), "the others to run") { Set(ran.all) == ["a", "c"] }
            try await fixture.queue.push(Task1(label: "later"))
            try await eventually(.seconds(60), "a later one to run") { ran.all.contains("later") }
        }
        #expect(try await fixture.queue.failed().map(\.reason) == (isCut ? ["the stored job is damaged"] : []))
    }

    @Test(arguments: Driver.allCases)
    func `silent: a job that throws is kept and told, and an unknown one is an error`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        let fixture = WorkerFixture(store: store)
        let id = try await fixture.queue.push(Task1())
        try await fixture.run { _, _ in
            throw QueueError(.unavailable, operation: "send", cause: "no route")
        } while: {
            try await fixture.untilEmpty()
        }
        #expect(try await fixture.queue.status(of: id).state == .failed)
        #expect(try await store.failed(id).reason == "send: no route")
        #expect(
            fixture.log.count {
                if case .failed(let run, let failure, _) = $0 {
                    run.id == id && failure.retryAfter == nil
                } else {
                    false
                }
            } == 1
        )
        #expect(
            fixture.log.count { if case .givenUp(let run, _) = $0 { run.id == id } else { false } } == 1
        )
        await #expect(throws: QueueError.self) { try await fixture.queue.status(of: JobID("4711")) }
    }

    @Test(arguments: Driver.lasting)
    func `overlap: a job longer than its lease runs once, for the lease is renewed`(_ driver: Driver) async throws {
        let path = directory.file("queue")
        func open() throws -> any JobStore {
            driver == .file ? try FileJobStore(path: path) : try SQLiteJobStore(path: path, durability: .normal)
        }
        let first = WorkerFixture(store: try open())
        let second = WorkerFixture(store: try open())
        let runs = Gathered<String>()
        let gate = Gate()
        let handle: @Sendable (Task1, JobContext) async throws -> JobOutcome = { job, _ in
            runs.add(job.label)
            if job.label == "long" { try await gate.pass() }
            return .done
        }
        try await first.run(lease: .seconds(2), renewal: .milliseconds(100), handle) {
            try await second.run(lease: .seconds(2), renewal: .milliseconds(100), handle) {
                try await first.queue.push(Task1(label: "long"))
                try await eventually(.seconds(60), "the job to run") { runs.all == ["long"] }
                let began = ContinuousClock.now
                // Both are at work all the while, well beyond the lease.
                while ContinuousClock.now - began < .seconds(3) {
                    let count = runs.all.count
                    try await second.queue.push(Task1(label: "short"))
                    try await eventually(.seconds(60), "a short job to run") { runs.all.count > count }
                }
                gate.open()
                try await first.untilEmpty()
            }
        }
        #expect(runs.all.count { $0 == "long" } == 1)
        #expect(try await first.queue.counts().first?.done == runs.all.count)
    }

    @Test(arguments: Driver.allCases)
    func `orphan: the word of a process that lost the job does not count`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        try await store.push("job")
        let orphan = try #require(try await store.reserve(by: .dead).first)
        let job = try #require(try await store.next())
        #expect(try await store.settle(orphan, .failed(reason: "late")) == false)
        #expect(try await store.extend([orphan.token], by: .seconds(60)) == [false])
        #expect(try await store.settle(job, .done))
        #expect(try await store.failedIDs().isEmpty)
    }

    @Test(arguments: Driver.allCases)
    func `clearlock, removerate, movedup: clearing, removing and moving due jobs wait for nobody and double nothing`(
        _ driver: Driver
    ) async throws {
        let fixture = try StoreFixture(driver)
        #expect(try await fixture.reserve(by: .dead).isEmpty)
        var ids: [JobID] = []
        for number in 0..<50 { ids.append(try await fixture.push("\(number)", .init(delay: .seconds(1)))) }
        for id in ids.prefix(20) { #expect(try await fixture.remove(id)) }
        fixture.clock.advance(by: .seconds(1))
        let stores = [fixture, try fixture.reopened()] as [any JobStore]
        let lent = try await withThrowingTaskGroup(of: [Reservation].self) { group in
            for number in 0..<20 { group.addTask { try await stores[number % 2].reserve(2) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(lent.map(\.token.id)) == Set(ids.dropFirst(20)))
        #expect(lent.count == 30)
        #expect(try await fixture.clear(.default) == 0)
    }

    @Test func `dbmutex: a peer that keeps the file to itself holds a worker up, and does not end it`() async throws {
        let path = directory.file("queue.sqlite")
        let fixture = WorkerFixture(store: try SQLiteJobStore(path: path, durability: .normal))
        try await fixture.run { _, _ in
            .done
        } while: {
            let options = Database.Options(
                applicationID: SQLiteSchema.applicationID,
                migrations: SQLiteSchema.migrations
            )
            let peer = try Database(path: path, options: options)
            let isStalled = Gate()
            let push = Lock<Task<JobID, any Error>?>(nil)
            try await peer.write { _ in
                isStalled.open()
                push.withLock { $0 = Task { try await fixture.queue.push(Task1()) } }
                // Long enough for the worker to try in vain.
                let until = ContinuousClock.now + .milliseconds(300)
                while ContinuousClock.now < until {}
            }
            try await isStalled.pass()
            _ = try await push.withLock { $0 }?.value
            try await fixture.untilEmpty()
            await peer.close()
        }
        #expect(fixture.log.count { if case .finished = $0 { true } else { false } } == 1)
        #expect(fixture.log.count { if case .storeFailed = $0 { true } else { false } } == 0)
    }

    @Test(arguments: Driver.allCases)
    func `backlog: a job costs no more for those that wait behind it`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        let count = driver == .file ? 2_000 : 20_000
        for _ in 0..<(count / 1000) {
            _ = try await store.push((0..<1000).map { _ throws(QueueError) in try NewJob(name: "test", payload: [1]) })
        }
        try await within(.seconds(10), "300 jobs to be done") {
            for _ in 0..<300 {
                let job = try #require(try await store.next())
                try await store.settle(job, .done)
            }
        }
        #expect(try await store.statistics().waiting == count - 300)
    }
}
