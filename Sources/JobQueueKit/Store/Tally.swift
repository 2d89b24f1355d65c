/// The counts of a job, and what each ending of a run makes of it: the rules that all drivers share.
struct Tally: Sendable, Hashable {
    var deliveries: Int
    var failures: Int
    var crashes: Int
    let attempts: Int

    /// After this many crashes a job is taken for one that kills its worker.
    static let crashLimit = 3

    /// What the store has to do with a job.
    enum Move: Equatable {
        case remove
        /// Ready at once; in its partition it stays in front.
        case ready
        /// Ready after a while. With its turn kept, the later jobs of its partition wait for it.
        case wait(Duration, keepsTurn: Bool)
        case keepAsFailed(reason: String)

        /// Whether a worker that sleeps may have something to do afterwards.
        func wakes(hasPartition: Bool) -> Bool {
            switch self {
            case .remove, .keepAsFailed: hasPartition
            case .ready, .wait: true
            }
        }
    }

    /// Whether the next crash would be the one after which it is taken for such a job, or it was already.
    ///
    /// A store lends an owner one such job at a time: what kills its worker then takes none of those along that were
    /// beside it before.
    var isSuspect: Bool { crashes >= Self.crashLimit - 1 }

    var isExhausted: Bool { failures >= attempts || crashes >= Self.crashLimit }

    /// Counts what a worker reported.
    mutating func settle(_ outcome: Outcome) -> Move {
        switch outcome {
        case .done:
            return .remove
        case .failure(_, let wait):
            failures += 1
            return isExhausted ? .ready : .wait(wait.bounded, keepsTurn: true)
        case .giveUp:
            failures = max(failures + 1, attempts)
            return .ready
        case .release:
            deliveries = max(deliveries - 1, 0)
            return .ready
        case .snooze(let wait):
            return .wait(wait.bounded, keepsTurn: false)
        case .failed(let reason):
            return .keepAsFailed(reason: reason)
        }
    }

    /// What is kept as the last error of a job whose worker went away.
    static func crashReason(leaseEnded: Bool) -> String {
        leaseEnded ? "the worker stopped renewing its lease" : "the worker's process ended while it ran the job"
    }

    /// Counts a run that ended with its worker.
    ///
    /// A job whose `onFailed` kills its worker too comes back ever more rarely, and never blocks its partition.
    mutating func crash() -> Move {
        crashes += 1
        guard crashes > Self.crashLimit else { return .ready }
        return .wait(min(.seconds(1 << min(crashes - Self.crashLimit, 9)), .seconds(300)), keepsTurn: false)
    }
}

/// What became of the settling of one job.
struct Settlement: Sendable {
    /// False: fenced.
    var isValid: Bool
    /// Whether a worker that sleeps may have something to do now.
    var wakes: Bool

    static let fenced = Settlement(isValid: false, wakes: false)
}

extension Outcome {
    /// What is kept as the last error.
    var error: String? {
        switch self {
        case .failure(let reason, _), .giveUp(let reason), .failed(let reason): reason
        case .done, .release, .snooze: nil
        }
    }
}
