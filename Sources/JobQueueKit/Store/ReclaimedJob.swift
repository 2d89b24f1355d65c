import PlatformCore

/// A job whose worker went away while it ran: counted as a crash and made ready again.
public struct ReclaimedJob: Sendable, Hashable {
    /// Its identity.
    public var id: JobID
    /// Its name.
    public var name: String
    /// Where it is.
    public var channel: Channel
    /// The process that had it; nil if the store does not know.
    public var owner: Owner?
    /// True if the process stopped renewing its lease, false if it was found dead.
    public var leaseEnded: Bool
    /// How many of its runs ended so, this one included; after the third it is given up.
    public var crashes: Int

    /// A record of a store's own.
    public init(id: JobID, name: String, channel: Channel, owner: Owner?, leaseEnded: Bool, crashes: Int) {
        self.id = id
        self.name = name
        self.channel = channel
        self.owner = owner
        self.leaseEnded = leaseEnded
        self.crashes = crashes
    }
}

/// What a store has reclaimed and nobody was told yet.
///
/// A store owns one and adds to it whenever `reserve` reclaims; workers take what is there and tell it as events.
public final class ReclaimLog: Sendable {
    private let jobs = Lock<[ReclaimedJob]>([])

    /// Where nobody takes them, the latest are kept.
    private static let limit = 1000

    /// An empty log.
    public init() {}

    /// Keeps jobs for whoever takes them first.
    public func add(_ reclaimed: [ReclaimedJob]) {
        guard !reclaimed.isEmpty else { return }
        jobs.withLock { $0 = ($0 + reclaimed).suffix(Self.limit) }
    }

    /// All that was added since the last call.
    public func take() -> [ReclaimedJob] {
        jobs.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
    }
}
