import JobQueueKit
import TestSupport
import Testing

/// Two queues in one process, with jobs of one name: each has its own jobs, workers, settings and events.
@Suite struct TwoQueuesTests {
    enum Driver: CaseIterable { case memory, file, sqlite }

    private let directory = TemporaryDirectory()

    @Test(arguments: Driver.allCases)
    func `jobs, pauses and events are each queue's own`(driver: Driver) async throws {
        let left = WorkerFixture(store: try store(driver, "left"))
        let right = WorkerFixture(store: try store(driver, "right"))
        let (ran, ranThere) = (Gathered<String>(), Gathered<String>())
        try await right.queue.pause(.default)
        try await left.run { job, _ in
            ran.add(job.label)
            return .done
        } while: {
            try await right.run { job, _ in
                ranThere.add(job.label)
                return .done
            } while: {
                // The same key: one job in each queue.
                for (fixture, label) in [(left, "left"), (right, "right")] {
                    try await fixture.queue.push(Task1(label: label), .init(uniqueKey: "the same"))
                }
                try await left.untilEmpty()
                #expect(try await right.queue.statistics().waiting == 1)
                #expect(ran.all == ["left"] && ranThere.all.isEmpty)
                try await right.queue.resume(.default)
                try await right.untilEmpty()
            }
            // The right worker has ended; the left one goes on.
            try await left.queue.push(Task1(label: "later"))
            try await left.untilEmpty()
        }
        #expect(ran.all == ["left", "later"])
        #expect(ranThere.all == ["right"])
        for (fixture, count) in [(left, 2), (right, 1)] {
            #expect(fixture.log.count { if case .finished = $0 { true } else { false } } == count)
            #expect(fixture.log.count { if case .workerStopped = $0 { true } else { false } } == 1)
        }
    }

    private func store(_ driver: Driver, _ name: String) throws -> any JobStore {
        switch driver {
        case .memory: MemoryJobStore()
        case .file: try FileJobStore(path: directory.file(name))
        case .sqlite: try SQLiteJobStore(path: directory.file("\(name).sqlite"))
        }
    }
}
