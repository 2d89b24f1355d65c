package import PlatformCore

/// Jobs in the memory of one process, gone when it ends: for tests and for work that may be lost.
///
/// Costs: a push or reserve grows with the logarithm of the number of jobs. Keeps the latest 10,000 failed jobs.
public final class MemoryJobStore: JobStore {
    /// Notified at each change that may make a job ready.
    public let wake = WakeSignal()
    /// What was counted as crashed.
    public let reclaims = ReclaimLog()

    let clock: WallClock
    let queue = Lock(MemoryQueue())
    private let ownerWatch = OwnerWatch()

    /// An empty store.
    public init() {
        clock = .system
    }

    /// An empty store with a clock of the caller's.
    package init(clock: WallClock) {
        self.clock = clock
    }

    /// Nobody else can reach it.
    public var pollInterval: Duration? { nil }

    /// Keeps jobs until the process ends.
    public func push(_ jobs: [NewJob]) async throws(QueueError) -> [JobID] {
        let now = clock.now()
        let ids = queue.withLock { queue in jobs.map { queue.push($0, now: now) } }
        wake.notify()
        return ids
    }

    /// Lends ready jobs.
    public func reserve(
        max: Int,
        channels: [Channel],
        owner: Owner,
        lease: Duration
    ) async throws(QueueError) -> [Reservation] {
        let now = clock.now()
        let dead = Set(ownerWatch.dead(among: queue.withLock { $0.owners }))
        return queue.withLock { queue in
            reclaims.add(queue.reclaim(now: now, dead: dead))
            let leaseEnd = now + lease.milliseconds
            return queue.reserve(max: max, channels: channels, owner: owner, now: now, leaseEnd: leaseEnd)
        }
    }

    /// Lends one job, if it does not run, whatever it waits for and for as long as it takes.
    func reserve(_ id: JobID, owner: Owner) -> Reservation? {
        let leaseEnd = clock.now() + Duration.tenYears.milliseconds
        return queue.withLock { $0.reserve(id, owner: owner, leaseEnd: leaseEnd) }
    }

    /// Takes outcomes.
    public func settle(_ outcomes: [(Reservation.Token, Outcome)]) async throws(QueueError) -> [Bool] {
        let now = clock.now()
        let results = queue.withLock { queue in outcomes.map { queue.settle($0.0, $0.1, now: now) } }
        if results.contains(where: \.wakes) { wake.notify() }
        return results.map(\.isValid)
    }

    /// Makes leases longer.
    public func extend(_ tokens: [Reservation.Token], by lease: Duration) async throws(QueueError) -> [Bool] {
        let end = clock.now() + lease.milliseconds
        return queue.withLock { queue in tokens.map { queue.extend($0, until: end) } }
    }

    /// When a delay or a lease ends next.
    public func nextWake() async throws(QueueError) -> WallTime? {
        queue.withLock { $0.nextWake() }.map(WallTime.init(milliseconds:))
    }

    /// Counts all jobs; takes time with their number.
    public func statistics() async throws(QueueError) -> QueueStatistics {
        queue.withLock { $0.statistics }
    }

    /// The latest failed jobs.
    public func failed(limit: Int) async throws(QueueError) -> [FailedJob] {
        queue.withLock { $0.failed.suffix(limit).reversed().map(\.job) }
    }
}

extension Reservation {
    init(_ entry: MemoryEntry) {
        self.init(
            token: entry.token,
            name: entry.job.name,
            payload: entry.job.payload,
            options: entry.job.options,
            pushedAt: WallTime(milliseconds: entry.pushedAt),
            deliveries: entry.tally.deliveries,
            failures: entry.tally.failures,
            crashes: entry.tally.crashes,
            lastError: entry.lastError
        )
    }
}

extension ReclaimedJob {
    init(_ entry: MemoryEntry, owner: Owner, leaseEnded: Bool) {
        self.init(
            id: entry.token.id,
            name: entry.job.name,
            channel: entry.job.options.channel,
            owner: owner,
            leaseEnded: leaseEnded,
            crashes: entry.tally.crashes
        )
    }
}

extension FailedJob {
    init(_ entry: MemoryEntry, reason: String, failedAt: Int64) {
        self.init(
            id: entry.token.id,
            name: entry.job.name,
            channel: entry.job.options.channel,
            payload: entry.job.payload,
            reason: reason,
            deliveries: entry.tally.deliveries,
            failures: entry.tally.failures,
            crashes: entry.tally.crashes,
            pushedAt: WallTime(milliseconds: entry.pushedAt),
            failedAt: WallTime(milliseconds: failedAt)
        )
    }
}
