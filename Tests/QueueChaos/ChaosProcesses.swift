import JobQueueKit
import TestSupport

/// Pushes until it is killed, from several tasks at once, and notes each push that has returned.
struct ChaosPusher {
    private let place: ChaosStore
    private let serial: Int

    init(_ place: ChaosStore, serial: Int) {
        self.place = place
        self.serial = serial
    }

    func run() async throws {
        let store = try place.open()
        let acknowledged = try LineFile(place.acknowledged)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<4 {
                group.addTask {
                    for push in 0... {
                        let jobs = try ChaosJob.push(push, of: "\(serial)-\(caller)")
                        let ids = try await store.push(jobs)
                        try acknowledged.append(ids.enumerated().map { "\(serial)-\(caller)-\(push)-\($0) \($1)" })
                        // Leaves the workers some time, so that jobs run while others are pushed.
                        try await Task.sleep(for: .milliseconds(Int.random(in: 0...10)))
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// Runs jobs until it is killed, and notes each run as it begins.
struct ChaosWorker {
    private let place: ChaosStore

    init(_ place: ChaosStore) {
        self.place = place
    }

    func run() async throws {
        let effects = try LineFile(place.effects)
        let handler = JobHandler(ChaosJob.self) { job, context in
            try effects.append(["\(job.label) \(context.id)"])
            try await Task.sleep(for: .microseconds(Int.random(in: 0...3000)))
            if job.failsFirst, context.failures == 0 { throw Broken("as told") }
            return .done
        }
        let queue = JobQueue(store: try place.open())
        try await JobWorker(queue: queue, handlers: [handler], concurrency: 4).run()
    }
}
