import JobQueueKit
import PlatformCore

/// A short run of everything that changes a store, by one caller, each step noted before it begins and when it has returned.
///
/// It may be killed at any moment: `ScriptCheck` tells from the notes what the store must hold. A step that fails since the
/// disk is full is done again.
struct Script {
    private let place: ChaosStore
    private let log: LineFile

    init(_ place: ChaosStore) throws {
        self.place = place
        log = try LineFile(place.log)
    }

    func run() async throws {
        let store = try await again { try place.open() }
        try await push([job("a", .init(uniqueKey: "k", partition: "p"))], to: store)
        let several = [
            try job("b1", .init(attempts: 2, partition: "p")), try job("b2", .init(uniqueKey: "b")),
            try job("b3", .init(priority: 1, partition: "q")), try job("b4", .init(delay: .milliseconds(1))),
        ]
        try await push(several, to: store)
        try await push([job("c", .init(delay: .milliseconds(20)))], to: store)
        try await again { try await store.change(Channel("other"), .pause) }
        try await push([job("d", .init(uniqueKey: "d", partition: "p"))], to: store)
        try await push([job("e", .init(priority: 1, partition: "p"))], to: store)
        var left = Set(["a", "b1", "b2", "b3", "b4", "c", "d", "e"])
        var seen: Set<String> = []
        while !left.isEmpty {
            let reservations = try await again {
                try await store.reserve(max: 2, channels: [.default], owner: .current, lease: .seconds(60))
            }
            if reservations.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            if let first = reservations.first { try await look(at: first, in: store) }
            let outcomes = reservations.map { ($0, outcome($0, isFirst: seen.insert($0.label).inserted)) }
            try await settle(outcomes, in: store)
            for (job, outcome) in outcomes {
                if outcome == .done { left.remove(job.label) }
                if case .failed = outcome { try await retry(job, in: store) }
            }
        }
        try await again { try await store.change(Channel("other"), .resume) }
        try log.append(["end"])
    }

    /// What becomes of a job: each takes another way, and in the end is done.
    private func outcome(_ job: Reservation, isFirst: Bool) -> Outcome {
        if job.exhausted { return .failed(reason: ScriptCheck.reason) }
        guard isFirst else { return .done }
        switch job.label {
        case "b1": return .failure(reason: "once", retryAfter: .milliseconds(5))
        case "b2": return .giveUp(reason: "for good")
        case "b4": return .release
        case "c": return .snooze(.milliseconds(5))
        default: return .done
        }
    }

    private func job(_ label: String, _ options: PushOptions) throws -> NewJob {
        try NewJob(name: "script", payload: Array(label.utf8), options: options)
    }

    private func push(_ jobs: [NewJob], to store: any JobStore) async throws {
        let labels = jobs.map { String(decoding: $0.payload, as: UTF8.self) }.joined(separator: " ")
        try log.append(["push \(labels)"])
        _ = try await again { try await store.push(jobs) }
        try log.append(["pushed \(labels)"])
    }

    /// Renews a lease and says how far the run is.
    private func look(at job: Reservation, in store: any JobStore) async throws {
        let isExtended = try await again { try await store.extend([job.token], by: .seconds(70)) }
        let isReported = try await again { try await store.report([(job.token, JobProgress(0.5))]) }
        try promise(isExtended == [true] && isReported == [true], "\(job.label) is lent to this process")
    }

    private func settle(_ outcomes: [(Reservation, Outcome)], in store: any JobStore) async throws {
        let words = outcomes.map { job, outcome in
            switch outcome {
            case .done: "done \(job.label)"
            case .failed: "failed \(job.label)"
            default: "back \(job.label)"
            }
        }
        guard !words.isEmpty else { return }
        try log.append(words.map { "settle \($0)" })
        var left = outcomes.map { ($0.token, $1) }
        while !left.isEmpty {
            do {
                let results = try await store.settle(left)
                try promise(results.allSatisfy(\.self), "what this process has reserved is its to settle: \(left)")
                left = []
            } catch let error as QueueError where error.code == .full {
                // Those before the one that failed are settled.
                var rest: [(Reservation.Token, Outcome)] = []
                for (token, outcome) in left
                where try await again({ try await store.extend([token], by: .seconds(70)) })[0] {
                    rest.append((token, outcome))
                }
                left = rest
            }
        }
        try log.append(words.map { "settled \($0)" })
    }

    private func retry(_ job: Reservation, in store: any JobStore) async throws {
        try log.append(["retry \(job.label)"])
        let results = try await again { try await store.retryFailed([job.token.id]) }
        try promise(results == [.retried], "a failed job is tried again: \(results)")
    }

    /// Does a step again while the disk is full, but not for ever.
    private func again<Value>(_ step: () async throws -> Value) async throws -> Value {
        for _ in 0..<9 {
            do {
                return try await step()
            } catch let error as QueueError where error.code == .full {
                try log.append(["full"])
            }
        }
        return try await step()
    }
}

extension Reservation {
    /// What the job was pushed as; the rest of its payload only takes space.
    var label: String { String(decoding: payload.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self) }
}
