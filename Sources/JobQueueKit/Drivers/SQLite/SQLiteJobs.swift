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
        let ids = try turns(max: max, channels: channels).map { "\($0.serial)" }
        guard !ids.isEmpty else { return [] }
        let reservations = try connection.rows(
            """
            UPDATE jobs SET state = 2, deliveries = deliveries + 1, fence = fence + 1, lease_until = ?, owner = ?
            WHERE id IN (SELECT value FROM json_each(?))
            RETURNING id, fence, name, payload, channel, priority, partition_key, unique_key, ttr, attempts,
                backoff, pushed_at, deliveries, failures, crashes, last_error
            """,
            .integer(now + lease.milliseconds),
            .text(owner.description),
            .text("[\(ids.joined(separator: ","))]"),
            map: Reservation.init(row:)
        )
        // They come in no order.
        let places = Dictionary(uniqueKeysWithValues: ids.enumerated().map { (JobID($1), $0) })
        return reservations.sorted { places[$0.token.id, default: 0] < places[$1.token.id, default: 0] }
    }

    /// The first ready jobs of all channels together.
    private func turns(max: Int, channels: [Channel]) throws(SQLiteError) -> [Turn] {
        var turns: [Turn] = []
        for (channel, count) in try room(in: channels, max: max) {
            turns += try connection.rows(
                """
                SELECT priority, ready_at, id FROM jobs WHERE state = 0 AND channel = ?
                ORDER BY priority, ready_at, id LIMIT ?
                """,
                .text(channel.name),
                .integer(count)
            ) { Turn(priority: $0.int(0), readyAt: $0.int64(1), serial: $0.int64(2)) }
        }
        return channels.count == 1 ? turns : Array(turns.sorted().prefix(max))
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
        var done = JobCounter(now: now)
        var settlements: [Settlement] = []
        for (token, outcome) in outcomes {
            let move: (move: Tally.Move, channel: String, partition: String?)?
            if outcome == .done {
                move = try finish(token, &done)
            } else {
                move = try settle(token, outcome)
            }
            let settlement = move.map { move, channel, partition in
                let isCapped = capped[Channel(channel)] != nil
                return Settlement(isValid: true, wakes: isCapped || move.wakes(hasPartition: partition != nil))
            }
            settlements.append(settlement ?? .fenced)
        }
        for count in done.all { try add(count.done, doneOf: count.channel.name, count.name) }
        return settlements
    }

    /// What most jobs come to: one statement, and the counts of all together later.
    private func finish(
        _ token: Reservation.Token,
        _ done: inout JobCounter
    ) throws(SQLiteError) -> (Tally.Move, String, String?)? {
        guard let id = Int64(token.id.description) else { return nil }
        let job = try connection.first(
            "DELETE FROM jobs WHERE id = ? AND fence = ? AND state = 2 RETURNING channel, partition_key, name",
            .integer(id),
            .integer(token.fence)
        ) { (channel: $0.text(0), partition: $0.optionalText(1), name: $0.text(2)) }
        guard let job else { return nil }
        done[job.channel, job.name].done += 1
        try advance(job.channel, job.partition)
        return (.remove, job.channel, job.partition)
    }

    private func settle(
        _ token: Reservation.Token,
        _ outcome: Outcome
    ) throws(SQLiteError) -> (Tally.Move, String, String?)? {
        guard let id = Int64(token.id.description), var job = try reserved(id, fence: token.fence) else { return nil }
        let move = job.tally.settle(outcome)
        try apply(move, to: job, lastError: outcome.error)
        return (move, job.channel, job.partition)
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
            .text(partition)
        ) { Turn(priority: $0.int(0), readyAt: $0.int64(1), serial: $0.int64(2)) }
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
