import JobQueueKit
import PlatformCore
import TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Three workers and a pusher on one store, one of which is killed now and then, and another put in its place.
///
/// When enough pushes have returned no more are made; then the jobs that are left are run, and everything is checked.
final class ChaosRun {
    private let place: ChaosStore
    private let jobs: Int
    private var started = 0
    private var workersKilled = 0
    private var pushersKilled = 0
    /// Jobs that were given up since three of their workers were killed, and tried again.
    private var givenUp: Set<String> = []

    init(_ place: ChaosStore, jobs: Int) {
        self.place = place
        self.jobs = jobs
    }

    func run() async throws {
        let began = ContinuousClock.now
        var workers = [try start("work"), try start("work"), try start("work")]
        var pusher = try start("push")
        while try LineFile.read(place.acknowledged).count < jobs {
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...150)))
            if Int.random(in: 0..<4) == 0 {
                try await kill(pusher)
                pushersKilled += 1
                pusher = try start("push")
            } else {
                workers = try await replaceOne(of: workers)
            }
        }
        try await kill(pusher)
        pushersKilled += 1
        let store = try place.open()
        for _ in 0..<3 {
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...150)))
            workers = try await replaceOne(of: workers)
        }
        try await finish(store, workers)
        for worker in workers { try await worker.kill() }
        try await check(store)
        let runs = try LineFile.read(place.effects).count
        print(
            """
            \(place.driver): \(try await store.done()) jobs in \(runs) runs, \(workersKilled) workers and \
            \(pushersKilled) pushers killed, \(givenUp.count) jobs given up for that and tried again, \
            \((ContinuousClock.now - began).milliseconds) ms
            """
        )
    }

    private func start(_ role: String) throws -> ChildProcess {
        started += 1
        return try ChildProcess(
            Programs.path("hawk-queue-chaos"),
            [role, place.driver.rawValue, place.directory, "\(started)"],
            output: "\(place.directory)/output"
        )
    }

    private func replaceOne(of workers: [ChildProcess]) async throws -> [ChildProcess] {
        var workers = workers
        let victim = Int.random(in: 0..<workers.count)
        try await kill(workers[victim])
        workersKilled += 1
        workers[victim] = try start("work")
        return workers
    }

    /// Kills a process; one that has ended before that was not to end by itself.
    private func kill(_ process: ChildProcess) async throws {
        try await process.kill()
        try promise(process.hasExited() == .signal(SIGKILL), "a process runs until it is killed:\n\(process.text())")
    }

    /// Waits until nothing is left to do.
    private func finish(_ store: any JobStore, _ workers: [ChildProcess]) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while true {
            let statistics = try await store.statistics()
            if statistics == QueueStatistics() { return }
            if statistics.failed > 0 {
                let failed = try await store.failed(limit: .max)
                try promise(failed.allSatisfy { $0.crashes >= 3 }, "only killed workers make jobs fail: \(failed)")
                let results = try await store.retryFailed(failed.map(\.id))
                for (job, result) in zip(failed, results) where result == .retried {
                    givenUp.insert(job.id.description)
                }
            }
            try promise(ContinuousClock.now < deadline, "what is left is done in time: \(statistics)")
            try promise(workers.allSatisfy { $0.hasExited() == nil }, "workers go on:\n\(workers[0].text())")
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

extension ChaosRun {
    // MARK: Checking

    private func check(_ store: any JobStore) async throws {
        let runs = try LineFile.read(place.effects).map { (job: ChaosJob(label: $0[0]), id: $0[1]) }
        let acknowledged = try LineFile.read(place.acknowledged).map { (label: $0[0], id: $0[1]) }
        let ids = Dictionary(runs.map { ($0.job.label, Set([$0.id])) }) { $0.union($1) }
        try promise(ids.values.allSatisfy { $0.count == 1 }, "a job keeps its identity")
        try promise(Set(runs.map(\.id)).count == ids.count, "an identity is one job's")
        let lost = acknowledged.filter { ids[$0.label] != [$0.id] }
        try promise(lost.isEmpty, "what was acknowledged is run; lost: \(lost)")
        let done = try await store.done()
        try promise(done == ids.count, "\(ids.count) jobs are settled once each; the store counts \(done)")
        let pushes = Dictionary(grouping: ids.keys.map(ChaosJob.init(label:)).filter { $0.kind == .batch }) {
            "\($0.origin)-\($0.push)"
        }
        let torn = pushes.filter { $0.value.count != 5 }
        try promise(torn.isEmpty, "a push of several is kept whole or not at all: \(torn)")
        // What was given up before it could leave a trace, and was tried again, comes behind others.
        try checkOrder(runs.filter { !givenUp.contains($0.id) }.map(\.job))
        try await checkKeys(runs.map(\.job), in: store)
        try await place.checkIntegrity()
    }

    /// The jobs of a partition are first run in the order of their pushes.
    private func checkOrder(_ runs: [ChaosJob]) throws {
        var last: [String: Int] = [:]
        var seen: Set<String> = []
        for job in runs where job.kind == .partition || job.kind == .failingInPartition {
            guard seen.insert(job.label).inserted else { continue }
            try promise(last[job.origin, default: -1] < job.push, "a partition is run in order; \(job.label) is late")
            last[job.origin] = job.push
        }
    }

    /// The keys of jobs that are done are free.
    private func checkKeys(_ runs: [ChaosJob], in store: any JobStore) async throws {
        let keys = Set(runs.filter { $0.kind == .unique }.map(\.label))
        let jobs = try keys.map { try NewJob(ChaosJob(label: $0), .init(uniqueKey: $0)) }
        let taken = try await store.push(jobs)
        try promise(Set(taken).count == keys.count, "keys are free when their jobs are done")
        let waiting = try await store.statistics().waiting
        try promise(waiting == keys.count, "keys are free when their jobs are done")
    }
}
