import JobQueueKit

/// What is pushed and run while processes are killed.
///
/// Its label says where it comes from, `PUSHER-CALLER-PUSH-INDEX`, and its push what is special about it.
struct ChaosJob: Job {
    static let name = "chaos"

    var label: String

    /// The jobs of one push, in order.
    static func push(_ push: Int, of origin: String) throws -> [NewJob] {
        let kind = Kind.allCases[push % Kind.allCases.count]
        return try (0..<(kind == .batch ? 5 : 1)).map { index in
            let job = ChaosJob(label: "\(origin)-\(push)-\(index)")
            return try NewJob(job, job.options(kind, origin: origin))
        }
    }

    enum Kind: CaseIterable {
        case plain
        case batch
        case partition
        case delayed
        case failing
        case unique
        case failingInPartition
    }

    var kind: Kind { Kind.allCases[push % Kind.allCases.count] }

    /// Where it comes from, which is its partition too.
    var origin: String { label.split(separator: "-").prefix(2).joined(separator: "-") }

    var push: Int { Int(label.split(separator: "-")[2]) ?? 0 }

    /// Its first run that is not cut short fails.
    var failsFirst: Bool { kind == .failing || kind == .failingInPartition }

    private func options(_ kind: Kind, origin: String) -> PushOptions {
        var options = PushOptions(attempts: 2, backoff: .fixed(.milliseconds(20)))
        switch kind {
        case .plain, .batch, .failing: break
        case .partition, .failingInPartition: options.partition = origin
        case .delayed: options.delay = .milliseconds(50)
        case .unique: options.uniqueKey = label
        }
        return options
    }
}
