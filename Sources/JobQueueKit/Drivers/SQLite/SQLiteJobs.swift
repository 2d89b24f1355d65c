import PlatformCore
import SQLiteCore

/// The statements of a `SQLiteJobStore`, run inside one write transaction at one moment.
struct SQLiteJobs {
    let connection: Connection
    let news: SQLiteNews
    let now: Int64

    // MARK: Pushing

    func push(_ job: NewJob) throws(SQLiteError) -> JobID {
        let options = job.options
        if let key = options.uniqueKey, let holder = try holder(of: key, in: options.channel) { return holder }
        let delay = options.delay.milliseconds
        let state: SQLiteJobState = delay > 0 ? .waiting : options.partition == nil ? .ready : .inLine
        try connection.run(
            """
            INSERT INTO jobs (state, channel, priority, ready_at, partition_key, unique_key, attempts, ttr, backoff,
                pushed_at, name, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .integer(state.rawValue),
            .text(options.channel.name),
            .integer(options.priority),
            .integer(now + delay),
            .optional(options.partition),
            .optional(options.uniqueKey),
            .integer(options.attempts),
            .integer(options.ttr.milliseconds),
            .text(options.backoff.text),
            .integer(now),
            .text(job.name),
            .blob(job.payload)
        )
        let id = connection.lastInsertedRowID
        if state == .inLine { try advance(options.channel.name, options.partition) }
        return JobID("\(id)")
    }

    func holder(of key: String, in channel: Channel) throws(SQLiteError) -> JobID? {
        try connection.first(
            "SELECT id FROM jobs WHERE channel = ? AND unique_key = ?",
            .text(channel.name),
            .text(key)
        ) { JobID("\($0.int64(0))") }
    }

    // MARK: Reserving

    func reserve(max: Int, channels: [Channel], owner: Owner, lease: Duration) throws(SQLiteError) -> [Reservation] {
        try promoteDue()
        let serials = try turns(max: max, channels: channels, owner: owner).map(\.serial)
        guard !serials.isEmpty else { return [] }
        // Read and then written, which costs half of UPDATE … RETURNING; nobody else writes meanwhile.
        let ids = Self.list(serials)
        let reservations = try connection.rows(
            """
            SELECT id, fence + 1, name, payload, channel, priority, partition_key, unique_key, ttr, attempts,
                backoff, pushed_at, deliveries + 1, failures, crashes, last_error
            FROM jobs WHERE id IN (SELECT value FROM json_each(?))
            """,
            ids,
            map: Reservation.init(row:)
        )
        try connection.run(
            """
            UPDATE jobs SET state = 2, deliveries = deliveries + 1, fence = fence + 1, lease_until = ?, owner = ?
            WHERE id IN (SELECT value FROM json_each(?))
            """,
            .integer(now + lease.milliseconds),
            .text(owner.description),
            ids
        )
        // They come in no order.
        let places = Dictionary(uniqueKeysWithValues: serials.enumerated().map { (JobID("\($1)"), $0) })
        return reservations.sorted { places[$0.token.id, default: 0] < places[$1.token.id, default: 0] }
    }

    /// Ids as `json_each` takes them.
    private static func list(_ ids: some Collection<Int64>) -> SQLiteValue {
        .text("[\(ids.map { "\($0)" }.joined(separator: ","))]")
    }

    /// The first ready jobs of all channels together.
    private func turns(max: Int, channels: [Channel], owner: Owner) throws(SQLiteError) -> [Turn] {
        let room = try room(in: channels, max: max)
        let suspect = try firstSuspect(of: room.map(\.channel), for: owner)
        var turns: [Turn] = []
        for (channel, count) in room {
            var first = try connection.rows(
                """
                SELECT priority, ready_at, id FROM jobs WHERE state = 0 AND crashes < 2 AND channel = ?
                ORDER BY priority, ready_at, id LIMIT ?
                """,
                .text(channel.name),
                .integer(count),
                map: Turn.init(row:)
            )
            if let suspect, suspect.channel == channel {
                first = Array((first + [suspect.turn]).sorted().prefix(count))
            }
            turns += first
        }
        return channels.count == 1 ? turns : Array(turns.sorted().prefix(max))
    }

    /// The first ready job of those that are lent one at a time; nil while the owner has one.
    private func firstSuspect(
        of channels: [Channel],
        for owner: Owner
    ) throws(SQLiteError) -> (channel: Channel, turn: Turn)? {
        var first: (channel: Channel, turn: Turn)?
        for channel in channels {
            let turn = try connection.first(
                """
                SELECT priority, ready_at, id FROM jobs WHERE state = 0 AND crashes >= 2 AND channel = ?
                ORDER BY priority, ready_at, id LIMIT 1
                """,
                .text(channel.name),
                map: Turn.init(row:)
            )
            if let turn, first == nil || turn < first!.turn { first = (channel, turn) }
        }
        guard first != nil else { return nil }
        let held = try connection.first(
            "SELECT 1 FROM jobs WHERE state = 2 AND owner = ? AND crashes >= 2 LIMIT 1",
            .text(owner.description)
        ) { _ in true }
        return held == nil ? first : nil
    }

    /// Makes due what was delayed; a bounded number at a time, so that many due at once do not hold up others.
    private func promoteDue() throws(SQLiteError) {
        let due = try connection.rows(
            """
            SELECT id, state, channel, partition_key FROM jobs WHERE state >= 3 AND ready_at <= ?
            ORDER BY ready_at LIMIT 512
            """,
            .integer(now)
        ) { (id: $0.int64(0), keepsTurn: $0.int(1) == 4, channel: $0.text(2), partition: $0.optionalText(3)) }
        for job in due {
            let isReady = job.keepsTurn || job.partition == nil
            let state: SQLiteJobState = isReady ? .ready : .inLine
            try connection.run("UPDATE jobs SET state = ? WHERE id = ?", .integer(state.rawValue), .integer(job.id))
            if !isReady { try advance(job.channel, job.partition) }
        }
    }

    /// The owners of all reserved jobs.
    func owners() throws(SQLiteError) -> [Owner] {
        try connection.rows("SELECT DISTINCT owner FROM jobs WHERE state = 2") { $0.text(0) }.compactMap(Owner.init)
    }

    /// Counts a crash for each job whose lease has run out or whose owner is among the dead.
    func reclaim(dead: [Owner]) throws(SQLiteError) -> [ReclaimedJob] {
        var lost = try connection.rows(
            "SELECT id FROM jobs WHERE state = 2 AND lease_until <= ? ORDER BY lease_until LIMIT 512",
            .integer(now)
        ) { (id: $0.int64(0), leaseEnded: true) }
        for owner in dead {
            lost += try connection.rows(
                "SELECT id FROM jobs WHERE state = 2 AND lease_until > ? AND owner = ?",
                .integer(now),
                .text(owner.description)
            ) { (id: $0.int64(0), leaseEnded: false) }
        }
        var reclaimed: [ReclaimedJob] = []
        for (id, leaseEnded) in lost {
            guard var job = try reserved(id, fence: nil) else { continue }
            let move = job.tally.crash()
            try apply(move, to: job, lastError: Tally.crashReason(leaseEnded: leaseEnded))
            reclaimed.append(
                ReclaimedJob(
                    id: JobID("\(id)"),
                    name: job.name,
                    channel: Channel(job.channel),
                    owner: Owner(job.owner),
                    leaseEnded: leaseEnded,
                    crashes: job.tally.crashes
                )
            )
        }
        return reclaimed
    }

    // MARK: Settling

    func settle(_ outcomes: [(Reservation.Token, Outcome)]) throws(SQLiteError) -> [Settlement] {
        let capped = try settings().filter { $0.value.concurrency != nil }
        var finished = try finish(outcomes.lazy.filter { $0.1 == .done }.map(\.0))
        var settlements: [Settlement] = []
        for (token, outcome) in outcomes {
            // Of two words on one job the first counts.
            let moved = outcome == .done ? finished.removeValue(forKey: token) : try settle(token, outcome)
            let settlement = moved.map { moved in
                let isAwaited = moved.wasSuspect || capped[Channel(moved.channel)] != nil
                let wakes = isAwaited || moved.move.wakes(hasPartition: moved.partition != nil)
                return Settlement(isValid: true, wakes: wakes)
            }
            settlements.append(settlement ?? .fenced)
        }
        return settlements
    }

    /// What was done with a job that was settled.
    private struct Moved {
        let move: Tally.Move
        let channel: String
        let partition: String?
        let wasSuspect: Bool
    }

    /// What most jobs come to: all of them read, removed and counted together; those that are fenced are left out.
    private func finish(_ tokens: some Sequence<Reservation.Token>) throws(SQLiteError) -> [Reservation.Token: Moved] {
        let fences = Dictionary(tokens.compactMap { token in Int64(token.id.description).map { ($0, token.fence) } }) {
            first,
            _ in first
        }
        guard !fences.isEmpty else { return [:] }
        let jobs = try connection.rows(
            """
            SELECT id, fence, channel, partition_key, name, crashes >= 2 FROM jobs
            WHERE state = 2 AND id IN (SELECT value FROM json_each(?))
            """,
            Self.list(fences.keys)
        ) { row in
            (
                id: row.int64(0), fence: row.int64(1), name: row.text(4),
                moved: Moved(
                    move: .remove,
                    channel: row.text(2),
                    partition: row.optionalText(3),
                    wasSuspect: row.int(5) == 1
                )
            )
        }.filter { fences[$0.id] == $0.fence }
        try connection.run(
            "DELETE FROM jobs WHERE id IN (SELECT value FROM json_each(?))",
            Self.list(jobs.map(\.id))
        )
        var done = JobCounter(now: now)
        var finished: [Reservation.Token: Moved] = [:]
        for job in jobs {
            done[job.moved.channel, job.name].done += 1
            try advance(job.moved.channel, job.moved.partition)
            finished[.init(id: JobID("\(job.id)"), fence: job.fence)] = job.moved
        }
        for count in done.all { try add(count.done, doneOf: count.channel.name, count.name) }
        return finished
    }

    private func settle(_ token: Reservation.Token, _ outcome: Outcome) throws(SQLiteError) -> Moved? {
        guard let id = Int64(token.id.description), var job = try reserved(id, fence: token.fence) else { return nil }
        let wasSuspect = job.tally.isSuspect
        let move = job.tally.settle(outcome)
        try apply(move, to: job, lastError: outcome.error)
        return Moved(move: move, channel: job.channel, partition: job.partition, wasSuspect: wasSuspect)
    }

    private func add(_ count: Int, doneOf channel: String, _ name: String) throws(SQLiteError) {
        try connection.run(
            """
            INSERT INTO done_jobs (channel, name, count) VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET count = count + ?3
            """,
            .text(channel),
            .text(name),
            .integer(count)
        )
    }

    func extend(_ token: Reservation.Token, by lease: Duration) throws(SQLiteError) -> Bool {
        guard let id = Int64(token.id.description) else { return false }
        return try connection.run(
            "UPDATE jobs SET lease_until = ? WHERE id = ? AND fence = ? AND state = 2",
            .integer(now + lease.milliseconds),
            .integer(id),
            .integer(token.fence)
        ) == 1
    }

    // MARK: Moving

    /// What is needed of a reserved job to move it on.
    private struct Reserved {
        let id: Int64
        let name: String
        let owner: String
        let channel: String
        let partition: String?
        var tally: Tally
    }

    private func reserved(_ id: Int64, fence: Int64?) throws(SQLiteError) -> Reserved? {
        try connection.first(
            """
            SELECT channel, partition_key, deliveries, failures, crashes, attempts, name, owner FROM jobs
            WHERE id = ?1 AND state = 2 AND (?2 IS NULL OR fence = ?2)
            """,
            .integer(id),
            .optional(fence)
        ) { row in
            Reserved(
                id: id,
                name: row.text(6),
                owner: row.text(7),
                channel: row.text(0),
                partition: row.optionalText(1),
                tally: Tally(
                    deliveries: row.int(2),
                    failures: row.int(3),
                    crashes: row.int(4),
                    attempts: row.int(5)
                )
            )
        }
    }

    private func apply(_ move: Tally.Move, to job: Reserved, lastError: String?) throws(SQLiteError) {
        switch move {
        case .remove:
            try connection.run("DELETE FROM jobs WHERE id = ?", .integer(job.id))
            try add(1, doneOf: job.channel, job.name)
        case .keepAsFailed(let reason):
            try connection.run(
                """
                INSERT INTO failed_jobs SELECT id, channel, priority, partition_key, unique_key, deliveries, failures,
                    crashes, attempts, ttr, backoff, pushed_at, ?, ?, name, payload, fence, progress
                    FROM jobs WHERE id = ?
                """,
                .integer(now),
                .text(reason),
                .integer(job.id)
            )
            try connection.run("DELETE FROM jobs WHERE id = ?", .integer(job.id))
        case .ready:
            try update(job, to: .ready, readyAt: nil, lastError)
            return
        case .wait(let wait, let keepsTurn):
            let state: SQLiteJobState = keepsTurn ? .retrying : .waiting
            try update(job, to: state, readyAt: now + wait.milliseconds, lastError)
            if keepsTurn { return }
        }
        try advance(job.channel, job.partition)
    }

    private func update(
        _ job: Reserved,
        to state: SQLiteJobState,
        readyAt: Int64?,
        _ lastError: String?
    ) throws(SQLiteError) {
        try connection.run(
            """
            UPDATE jobs SET state = ?, ready_at = ifnull(?, ready_at), deliveries = ?, failures = ?, crashes = ?,
                lease_until = NULL, owner = NULL, last_error = ifnull(?, last_error) WHERE id = ?
            """,
            .integer(state.rawValue),
            .optional(readyAt),
            .integer(job.tally.deliveries),
            .integer(job.tally.failures),
            .integer(job.tally.crashes),
            .optional(lastError),
            .integer(job.id)
        )
    }

    /// Puts the first of a partition's line in front if nobody is there, or if who is there has not been reserved and
    /// comes later.
    func advance(_ channel: String, _ partition: String?) throws(SQLiteError) {
        guard let partition else { return }
        let next = try connection.first(
            """
            SELECT priority, ready_at, id FROM jobs WHERE channel = ? AND partition_key = ? AND state = 1
            ORDER BY priority, ready_at, id LIMIT 1
            """,
            .text(channel),
            .text(partition),
            map: Turn.init(row:)
        )
        guard let next else { return }
        let front = try connection.first(
            """
            SELECT priority, ready_at, id, state FROM jobs
            WHERE channel = ? AND partition_key = ? AND state IN (0, 2, 4) LIMIT 1
            """,
            .text(channel),
            .text(partition)
        ) { (turn: Turn(priority: $0.int(0), readyAt: $0.int64(1), serial: $0.int64(2)), isReady: $0.int(3) == 0) }
        if let front {
            guard front.isReady, next < front.turn else { return }
            try connection.run("UPDATE jobs SET state = 1 WHERE id = ?", .integer(front.turn.serial))
        }
        try connection.run("UPDATE jobs SET state = 0 WHERE id = ?", .integer(next.serial))
    }
}
