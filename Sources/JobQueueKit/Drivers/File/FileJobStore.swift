package import PlatformCore

/// Jobs as files in one directory, which several processes of one machine may share; needs nothing but a file system.
///
/// ```swift
/// let queue = JobQueue(store: try FileJobStore(path: "data/queue"))
/// ```
///
/// A pushed job is on the disk when `push` returns. What happens to it afterwards survives a kill at any moment; a power cut
/// may have a job run again. The cost of a job does not grow with how many there are. It keeps payloads apart from each
/// other, so a damaged file costs one job; the SQLite store is faster. The directory has mode 0700 and belongs on a local
/// disk whose renames are atomic.
public final class FileJobStore: JobStore {
    /// Notified at each change by this value that may make a job ready.
    public let wake = WakeSignal()
    /// What was counted as crashed.
    public let reclaims = ReclaimLog()

    let path: String
    let clock: WallClock
    private let bell: Doorbell
    private let queue: FileQueue
    private let ids = FileJobIDs()
    private let ownerWatch = OwnerWatch()
    /// Several, so that the disk can write several files at once.
    let writing = ThreadPool(name: "queue-write", threads: 4)
    /// One: what happens under the lock.
    private let moving = ThreadPool(name: "queue-move")

    /// Opens the directory, making it if needed; blocks while it does.
    ///
    /// Throws `foreign` for a directory that holds something else or was made by a newer version, and, if it `mustExist`,
    /// `missing` where there is no queue yet.
    public convenience init(path: String, mustExist: Bool = false) throws(QueueError) {
        guard !mustExist || Files.exists("\(path)/lock") else { throw .missing(path) }
        try self.init(path: path, clock: .system)
    }

    /// Opens the directory with a clock of the caller's.
    package init(path: String, clock: WallClock) throws(QueueError) {
        self.path = path
        self.clock = clock
        do throws(SystemError) {
            queue = try FileQueue(root: path)
        } catch {
            throw QueueError(error)
        }
        bell = Doorbell("\(path)/bell", wake: wake)
        try queue.locked { () throws(SystemError) in try queue.removeLeftovers() }
    }

    /// Where the system tells what other processes do (Linux), their pushes are seen at once, else after this time.
    public var pollInterval: Duration? { bell.pollInterval }

    /// Writes jobs, each to a file of its own; all of them are on the disk when it returns.
    ///
    /// All are kept or none, even if the process is killed in between; a power cut before it returns may keep some.
    public func push(_ jobs: [NewJob]) async throws(QueueError) -> [JobID] {
        if jobs.isEmpty { return [] }
        let now = clock.now()
        let staged = try await writing.run { [self] () throws(QueueError) in try stage(jobs, now: now) }
        let (published, changed) = try await moving.run { [queue] () throws(QueueError) -> ([JobID], Set<String>) in
            do throws(QueueError) {
                let ids = try queue.locked { () throws(SystemError) in try queue.publish(staged, now: now) }
                return (ids, queue.changedDirectories)
            } catch {
                for job in staged { try? Disk.remove(job.path) }
                throw error
            }
        }
        // Who sleeps can see the jobs already; they need not wait for the disk as the caller does.
        self.changed()
        do throws(SystemError) {
            try await writing.run { [path] () throws(SystemError) in
                for directory in changed { try Disk.sync(directory, root: path) }
            }
        } catch {
            // Whoever is told of a failure pushes again.
            let ids = Set(staged.map(\.id))
            try? await locked { queue throws(SystemError) in try queue.removeEverywhere(ids) }
            throw queue.explained(error)
        }
        return published
    }

    /// Lends ready jobs.
    public func reserve(
        max: Int,
        channels: [Channel],
        owner: Owner,
        lease: Duration
    ) async throws(QueueError) -> [Reservation] {
        bell.listen()
        let now = clock.now()
        let leaseEnd = now + lease.milliseconds
        return try await moving.run { [queue, ownerWatch, reclaims] () throws(QueueError) -> [Reservation] in
            let claimed = try queue.locked { () throws(SystemError) -> [FileJobName] in
                let owners = Set(try queue.reserved().values.map(\.owner)).compactMap(Owner.init)
                let dead = Set(ownerWatch.dead(among: owners).map(\.description))
                reclaims.add(try queue.reclaim(now: now, dead: dead))
                return try queue.claim(max, channels: channels, owner: owner, now: now, leaseEnd: leaseEnd)
            }
            return try queue.reservations(claimed, now: now)
        }
    }

    /// Takes outcomes.
    public func settle(_ outcomes: [(Reservation.Token, Outcome)]) async throws(QueueError) -> [Bool] {
        let now = clock.now()
        let results = try await locked { queue throws(SystemError) -> [Settlement] in
            var results: [Settlement] = []
            for (token, outcome) in outcomes { results.append(try queue.settle(token, outcome, now: now)) }
            return results
        }
        if results.contains(where: \.wakes) { changed() }
        return results.map(\.isValid)
    }

    /// Makes leases longer.
    public func extend(_ tokens: [Reservation.Token], by lease: Duration) async throws(QueueError) -> [Bool] {
        let leaseEnd = clock.now() + lease.milliseconds
        return try await locked { queue throws(SystemError) -> [Bool] in
            var results: [Bool] = []
            for token in tokens { results.append(try queue.extend(token, until: leaseEnd)) }
            return results
        }
    }

    /// When a delay or a lease ends next.
    public func nextWake() async throws(QueueError) -> WallTime? {
        try await locked { queue throws(SystemError) -> WallTime? in
            let due = try queue.waiting.first(1).first.flatMap(FileJobName.init)?.readyAt
            let end = try queue.reserved().values.map(\.leaseEnd).min()
            return [due, end].compactMap(\.self).min().map(WallTime.init(milliseconds:))
        }
    }

    /// Counts all jobs; takes time with their number.
    public func statistics() async throws(QueueError) -> QueueStatistics {
        try await locked { queue throws(SystemError) in try queue.statistics() }
    }

    /// The latest failed jobs.
    public func failed(limit: Int) async throws(QueueError) -> [FailedJob] {
        try await locked { queue throws(SystemError) -> [FailedJob] in
            var jobs: [FailedJob] = []
            for name in try queue.failedNames().prefix(limit) {
                if let job = try queue.failedJob(name) { jobs.append(job) }
            }
            return jobs
        }
    }

    /// A job may have become ready.
    func changed() {
        wake.notify()
        bell.ring()
    }

    func locked<Value: Sendable>(
        _ body: @escaping @Sendable (FileQueue) throws(SystemError) -> Value
    ) async throws(QueueError) -> Value {
        try await moving.run { [queue] () throws(QueueError) in
            try queue.locked { () throws(SystemError) in try body(queue) }
        }
    }

    /// Writes the files of jobs, outside of the queue as yet.
    private func stage(_ jobs: [NewJob], now: Int64) throws(QueueError) -> [StagedJob] {
        var staged: [StagedJob] = []
        do throws(SystemError) {
            for job in jobs {
                let id = ids.next(now: now)
                let content = FileJobContent(job, pushedAt: now)
                let file = queue.temporaryPath(id)
                try Disk.write([try content.head(), job.payload], to: file, isDurable: true)
                staged.append(
                    StagedJob(id: id, content: content, delay: job.options.delay.milliseconds, path: file)
                )
            }
        } catch {
            for job in staged { try? Disk.remove(job.path) }
            throw queue.explained(error)
        }
        return staged
    }
}
