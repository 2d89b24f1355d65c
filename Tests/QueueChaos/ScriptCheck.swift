import JobQueueKit
import PlatformCore

/// Compares what a script, killed or not, noted with what the store holds, and runs what is left.
struct ScriptCheck {
    /// Why the script lets a job fail.
    static let reason = "given up by the script"

    private let place: ChaosStore
    /// What the script said of its steps, each with the labels of its jobs.
    private var begun: [Step] = []
    private var returned: [Step] = []
    private var isComplete = false

    private struct Step: Hashable {
        let what: String
        let labels: [String]
    }

    init(_ place: ChaosStore) throws {
        self.place = place
        for words in try LineFile.read(place.log) {
            switch words[0] {
            case "push": begun.append(Step(what: "push", labels: Array(words.dropFirst())))
            case "pushed": returned.append(Step(what: "push", labels: Array(words.dropFirst())))
            case "settle": begun.append(Step(what: words[1], labels: [words[2]]))
            case "settled": returned.append(Step(what: words[1], labels: [words[2]]))
            case "retry": begun.append(Step(what: "retry", labels: [words[1]]))
            case "end": isComplete = true
            default: break
            }
        }
    }

    func run() async throws {
        let store = try place.open()
        try await checkFailed(in: store)
        let run = try await drain(store)
        let pushed = labels("push", in: returned)
        let (triedDone, done) = (labels("done", in: begun), labels("done", in: returned))
        for label in pushed {
            let count = run[label, default: 0]
            let isRight = done.contains(label) ? count == 0 : triedDone.contains(label) ? count <= 1 : count == 1
            try promise(isRight, "\(label), \(done.contains(label) ? "done" : "not done"), was left \(count) times")
        }
        var unasked: Set<String> = []
        for push in begun where push.what == "push" && !returned.contains(push) {
            let counts = Set(push.labels.map { run[$0, default: 0] })
            try promise(
                counts == [0] || counts == [1],
                "a push of several is whole or not there: \(push.labels), \(run)"
            )
            if counts == [1] { unasked.formUnion(push.labels) }
        }
        let strange = Set(run.keys).subtracting(pushed).subtracting(unasked)
        try promise(strange.isEmpty, "only what was pushed is there, not \(strange)")
        let count = try await store.done()
        let expected = pushed.union(unasked).count
        try promise(count == expected, "\(expected) jobs are done, once each; the store counts \(count)")
        try promise(!isComplete || run.isEmpty, "a script that ended leaves nothing, not \(run)")
        try await checkKeys(in: store)
        try await place.checkIntegrity()
    }

    private func labels(_ what: String, in steps: [Step]) -> Set<String> {
        Set(steps.filter { $0.what == what }.flatMap(\.labels))
    }

    /// A job that was settled as failed is kept, with its reason.
    private func checkFailed(in store: any JobStore) async throws {
        let failed = try await store.failed(limit: .max)
        for label in labels("failed", in: returned).subtracting(labels("retry", in: begun)) {
            let job = failed.first { String(decoding: $0.payload, as: UTF8.self) == label }
            try promise(job?.reason == Self.reason, "\(label) is among the failed with its reason: \(failed)")
        }
    }

    /// Runs all that is left and returns how often each job was done; what a dead process has is lent anew at once.
    private func drain(_ store: any JobStore) async throws -> [String: Int] {
        let deadline = ContinuousClock.now + .seconds(20)
        var run: [String: Int] = [:]
        while try await store.statistics() != QueueStatistics() {
            _ = try await store.retryFailed(try await store.failedIDs())
            let jobs = try await store.reserve(max: 9, channels: [.default], owner: .current, lease: .seconds(60))
            let partitions = jobs.compactMap(\.options.partition)
            try promise(Set(partitions).count == partitions.count, "of a partition one job at a time is lent: \(jobs)")
            for job in jobs {
                let outcome: Outcome = job.exhausted ? .failed(reason: "tries are used up") : .done
                try promise(try await store.settle([(job.token, outcome)]) == [true], "\(job.label) is settled")
                if outcome == .done { run[job.label, default: 0] += 1 }
            }
            let statistics = try await store.statistics()
            try promise(ContinuousClock.now < deadline, "what is left is run at once: \(statistics)")
        }
        return run
    }

    /// The keys of jobs that are done are free.
    private func checkKeys(in store: any JobStore) async throws {
        let options = [("k", "p"), ("b", "q"), ("d", "p")].map { PushOptions(uniqueKey: $0, partition: $1) }
        let jobs = try options.map { try NewJob(name: "key", payload: [], options: $0) }
        _ = try await store.push(jobs)
        let statistics = try await store.statistics()
        try promise(statistics == QueueStatistics(waiting: 3), "keys are free when their jobs are done: \(statistics)")
        let count = try await drain(store).values.reduce(0, +)
        try promise(count == 3, "partitions go on")
    }
}
