package import PlatformCore
import SQLiteCore

/// Jobs in one SQLite file, which several processes of one machine may share.
///
/// ```swift
/// let queue = JobQueue(store: try SQLiteJobStore(path: "data/queue.sqlite"))
/// ```
///
/// What is returned has been committed. One thread of the process writes, and commits in groups what waits for it; the cost
/// of a job does not grow with how many there are. The file and its companions have mode 0600 and belong on a local disk.
public final class SQLiteJobStore: JobStore {
    /// When a commit is safe from a power cut; a killed process loses nothing either way.
    public enum Durability: Sendable {
        /// At its end.
        case full
        /// Some seconds later: faster, and a power cut may lose or repeat the last jobs.
        case normal
    }

    /// Notified at each change by this value that may make a job ready.
    public let wake = WakeSignal()
    /// What was counted as crashed.
    public let reclaims = ReclaimLog()

    let news: SQLiteNews
    private let database: Database
    let clock: WallClock
    private let ownerWatch = OwnerWatch()

    /// Opens the file, making it and its directory if needed; blocks while it does.
    ///
    /// - Parameters:
    ///   - path: Where the file is or will be.
    ///   - durability: Give up the last jobs in a power cut for speed; by default none is.
    ///   - mustExist: Whether to throw `missing` where there is no file yet, for programs that only look.
    /// - Throws: When the file cannot be opened, is damaged, or is another program's or a newer version's.
    public convenience init(
        path: String,
        durability: Durability = .full,
        mustExist: Bool = false
    ) throws(QueueError) {
        guard !mustExist || Files.exists(path) else { throw .missing(path) }
        try self.init(path: path, durability: durability, clock: .system)
    }

    /// Opens the file with a clock of the caller's, and waits so long for other programs that hold it.
    package init(
        path: String,
        durability: Durability = .full,
        clock: WallClock,
        busyLimit: Duration = .seconds(10)
    ) throws(QueueError) {
        let news = SQLiteNews(bell: Doorbell("\(path)-bell", wake: wake), wake: wake)
        self.news = news
        do throws(SQLiteError) {
            let options = Database.Options(
                synchronous: durability == .full ? .full : .normal,
                applicationID: SQLiteSchema.applicationID,
                migrations: SQLiteSchema.migrations,
                busyLimit: busyLimit,
                committed: { news.tell() }
            )
            database = try Database(path: path, options: options)
        } catch {
            throw QueueError(error)
        }
        self.clock = clock
    }

    /// Where the system tells what other processes do (Linux), their pushes are seen at once, else after this time.
    public var pollInterval: Duration? { news.bell.pollInterval }

    /// Keeps jobs; they are committed when it returns.
    public func push(_ jobs: [NewJob]) async throws(QueueError) -> [JobID] {
        try await write { store throws(SQLiteError) in
            var ids: [JobID] = []
            for job in jobs { ids.append(try store.push(job)) }
            store.news.note()
            return ids
        }
    }

    /// Lends ready jobs.
    public func reserve(
        max: Int,
        channels: [Channel],
        owner: Owner,
        lease: Duration
    ) async throws(QueueError) -> [Reservation] {
        news.bell.listen()
        if !news.takeHint(), try await !hasWork(channels) { return [] }
        return try await settle([], reservingUpTo: max, channels: channels, owner: owner, lease: lease).reserved
    }

    /// Takes outcomes.
    public func settle(_ outcomes: [(Reservation.Token, Outcome)]) async throws(QueueError) -> [Bool] {
        let results = try await write { store throws(SQLiteError) in
            let results = try store.settle(outcomes)
            if results.contains(where: \.wakes) { store.news.note() }
            return results
        }
        return results.map(\.isValid)
    }

    /// Takes outcomes and lends ready jobs in one transaction.
    public func settle(
        _ outcomes: [(Reservation.Token, Outcome)],
        reservingUpTo max: Int,
        channels: [Channel],
        owner: Owner,
        lease: Duration
    ) async throws(QueueError) -> (settled: [Bool], reserved: [Reservation]) {
        let (settled, reclaimed, reserved) = try await write { [ownerWatch] store throws(SQLiteError) in
            let settled = outcomes.isEmpty ? [] : try store.settle(outcomes)
            if settled.contains(where: \.wakes) { store.news.note() }
            let reclaimed = try store.reclaim(dead: ownerWatch.dead(among: try store.owners()))
            return (
                settled, reclaimed,
                try store.reserve(max: max, channels: channels, owner: owner, lease: lease)
            )
        }
        reclaims.add(reclaimed)
        if !reserved.isEmpty { news.hint() }
        return (settled.map(\.isValid), reserved)
    }

    /// Makes leases longer.
    public func extend(_ tokens: [Reservation.Token], by lease: Duration) async throws(QueueError) -> [Bool] {
        try await write { store throws(SQLiteError) in
            var results: [Bool] = []
            for token in tokens { results.append(try store.extend(token, by: lease)) }
            return results
        }
    }

    /// When a delay or a lease ends next.
    public func nextWake() async throws(QueueError) -> WallTime? {
        try await read { connection throws(SQLiteError) in
            let due = try connection.first("SELECT min(ready_at) FROM jobs WHERE state >= 3") { $0.optionalInt64(0) }
            let end = try connection.first("SELECT min(lease_until) FROM jobs WHERE state = 2") { $0.optionalInt64(0) }
            return [due ?? nil, end ?? nil].compactMap(\.self).min().map(WallTime.init(milliseconds:))
        }
    }

    /// Counts all jobs; takes time with their number.
    public func statistics() async throws(QueueError) -> QueueStatistics {
        try await read { connection throws(SQLiteError) in
            func count(_ sql: String) throws(SQLiteError) -> Int { try connection.first(sql) { $0.int(0) } ?? 0 }
            let reserved = try count("SELECT count(*) FROM jobs WHERE state = 2")
            let delayed = try count("SELECT count(*) FROM jobs WHERE state >= 3")
            return QueueStatistics(
                waiting: try count("SELECT count(*) FROM jobs") - reserved - delayed,
                delayed: delayed,
                reserved: reserved,
                failed: try count("SELECT count(*) FROM failed_jobs")
            )
        }
    }

    /// The latest failed jobs.
    public func failed(limit: Int) async throws(QueueError) -> [FailedJob] {
        try await read { connection throws(SQLiteError) in
            try connection.rows(
                """
                SELECT id, name, channel, payload, reason, deliveries, failures, crashes, pushed_at, failed_at
                FROM failed_jobs ORDER BY failed_at DESC, id DESC LIMIT ?
                """,
                .integer(limit),
                map: FailedJob.init(row:)
            )
        }
    }

    /// Closes the file once what waits is done; later calls throw `closed`.
    public func close() async {
        await database.close()
    }

    /// Whether reserving could find anything: a look that takes no lock.
    private func hasWork(_ channels: [Channel]) async throws(QueueError) -> Bool {
        let now = clock.now()
        return try await read { [ownerWatch, news] connection throws(SQLiteError) in
            let jobs = SQLiteJobs(connection: connection, news: news, now: now)
            for (channel, _) in try jobs.room(in: channels, max: 1) {
                for sql in [
                    "SELECT 1 FROM jobs WHERE state = 0 AND crashes < 2 AND channel = ? LIMIT 1",
                    "SELECT 1 FROM jobs WHERE state = 0 AND crashes >= 2 AND channel = ? LIMIT 1",
                ] where try connection.first(sql, .text(channel.name), map: { _ in true }) == true {
                    return true
                }
            }
            for sql in [
                "SELECT 1 FROM jobs WHERE state >= 3 AND ready_at <= ? LIMIT 1",
                "SELECT 1 FROM jobs WHERE state = 2 AND lease_until <= ? LIMIT 1",
            ] where try connection.first(sql, .integer(now), map: { _ in true }) == true {
                return true
            }
            return try !ownerWatch.dead(among: jobs.owners()).isEmpty
        }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteJobs) throws(SQLiteError) -> Value
    ) async throws(QueueError) -> Value {
        do {
            return try await database.write { [clock, news] connection in
                try body(SQLiteJobs(connection: connection, news: news, now: clock.now()))
            }
        } catch {
            throw QueueError(error)
        }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws(SQLiteError) -> Value
    ) async throws(QueueError) -> Value {
        do {
            return try await database.read { try body($0) }
        } catch {
            throw QueueError(error)
        }
    }
}
