import PlatformCore
import SQLiteCore

extension SQLiteJobs {
    // MARK: Looking

    func counts() throws(SQLiteError) -> [JobCounts] {
        var counter = JobCounter(now: now)
        let live = try connection.rows(
            """
            SELECT channel, name, sum(state <= 1), sum(state >= 3), sum(state = 2),
                min(CASE WHEN state <= 1 THEN ready_at END) FROM jobs GROUP BY channel, name
            """
        ) { row in
            JobCounts(
                channel: Channel(row.text(0)),
                name: row.text(1),
                waiting: row.int(2),
                delayed: row.int(3),
                reserved: row.int(4),
                oldest: row.optionalInt64(5).map { .milliseconds(max(now - $0, 0)) }
            )
        }
        for counts in live { counter[counts.channel.name, counts.name] = counts }
        let failed = try connection.rows("SELECT channel, name, count(*) FROM failed_jobs GROUP BY channel, name") {
            ($0.text(0), $0.text(1), $0.int(2))
        }
        for (channel, name, count) in failed { counter[channel, name].failed = count }
        let done = try connection.rows("SELECT channel, name, count FROM done_jobs") {
            ($0.text(0), $0.text(1), $0.int(2))
        }
        for (channel, name, count) in done { counter[channel, name].done = count }
        return counter.all
    }

    func status(of id: JobID) throws(SQLiteError) -> JobStatus? {
        guard let number = Int64(id.description) else { return nil }
        let live = try connection.first(
            "SELECT name, channel, state, progress FROM jobs WHERE id = ?",
            .integer(number)
        ) { row in
            JobStatus(
                id: id,
                name: row.text(0),
                channel: Channel(row.text(1)),
                state: row.int(2) <= 1 ? .waiting : row.int(2) == 2 ? .reserved : .delayed,
                progress: row.optionalText(3).flatMap(JobProgress.init(text:))
            )
        }
        if let live { return live }
        return try connection.first("SELECT name, channel, progress FROM failed_jobs WHERE id = ?", .integer(number)) {
            JobStatus(
                id: id,
                name: $0.text(0),
                channel: Channel($0.text(1)),
                state: .failed,
                progress: $0.optionalText(2).flatMap(JobProgress.init(text:))
            )
        }
    }

    // MARK: Changing

    func report(_ token: Reservation.Token, _ progress: JobProgress) throws(SQLiteError) -> Bool {
        guard let id = Int64(token.id.description) else { return false }
        return try connection.run(
            "UPDATE jobs SET progress = ? WHERE id = ? AND fence = ? AND state = 2",
            .text(progress.text),
            .integer(id),
            .integer(token.fence)
        ) == 1
    }

    func retryFailed(_ id: JobID) throws(SQLiteError) -> FailedRetry {
        guard let number = Int64(id.description) else { return .unknown }
        let keys = try connection.first(
            "SELECT channel, partition_key, unique_key FROM failed_jobs WHERE id = ?",
            .integer(number)
        ) { (channel: $0.text(0), partition: $0.optionalText(1), unique: $0.optionalText(2)) }
        guard let keys else { return .unknown }
        if let unique = keys.unique, let holder = try holder(of: unique, in: Channel(keys.channel)) {
            return .keyHeld(by: holder)
        }
        let state: SQLiteJobState = keys.partition == nil ? .ready : .inLine
        try connection.run(
            """
            INSERT INTO jobs (id, state, channel, priority, ready_at, partition_key, unique_key, fence, attempts, ttr,
                backoff, pushed_at, name, payload, progress)
            SELECT id, ?, channel, priority, ?, partition_key, unique_key, fence, attempts, ttr, backoff, pushed_at,
                name, payload, progress FROM failed_jobs WHERE id = ?
            """,
            .integer(state.rawValue),
            .integer(now),
            .integer(number)
        )
        try connection.run("DELETE FROM failed_jobs WHERE id = ?", .integer(number))
        try advance(keys.channel, keys.partition)
        return .retried
    }

    func forgetFailed(_ id: JobID) throws(SQLiteError) -> Bool {
        guard let number = Int64(id.description) else { return false }
        return try connection.run("DELETE FROM failed_jobs WHERE id = ?", .integer(number)) == 1
    }

    func remove(_ id: JobID) throws(SQLiteError) -> Bool {
        guard let number = Int64(id.description) else { return false }
        let place = try connection.first(
            "DELETE FROM jobs WHERE id = ? RETURNING channel, partition_key",
            .integer(number)
        ) { (channel: $0.text(0), partition: $0.optionalText(1)) }
        guard let place else { return false }
        try advance(place.channel, place.partition)
        return true
    }

    /// Drops some of the jobs of a channel that do not run, with identities above one and up to another, and returns
    /// those.
    func clear(_ channel: Channel, after first: Int64, to last: Int64) throws(SQLiteError) -> [Int64] {
        let removed = try connection.rows(
            """
            DELETE FROM jobs WHERE id IN (
                SELECT id FROM jobs WHERE channel = ? AND state <> 2 AND id > ? AND id <= ? ORDER BY id LIMIT 2000)
            RETURNING id, partition_key
            """,
            .text(channel.name),
            .integer(first),
            .integer(last)
        ) { (id: $0.int64(0), partition: $0.optionalText(1)) }
        for partition in Set(removed.compactMap { $0.partition.map(ByteKey.init) }) {
            try advance(channel.name, partition.text)
        }
        return removed.map(\.id)
    }

    /// The identity given last.
    func lastID() throws(SQLiteError) -> Int64 {
        try connection.first("SELECT max(id) FROM jobs") { $0.int64(0) } ?? 0
    }

    // MARK: Channels

    func change(_ channel: Channel, _ change: ChannelChange) throws(SQLiteError) {
        var settings = try self.settings()[channel] ?? ChannelSettings()
        settings.apply(change)
        try connection.run("DELETE FROM channels WHERE name = ?", .text(channel.name))
        guard settings != ChannelSettings() else { return }
        try connection.run(
            "INSERT INTO channels (name, is_paused, concurrency) VALUES (?, ?, ?)",
            .text(channel.name),
            .integer(settings.isPaused ? 1 : 0),
            .optional(settings.concurrency)
        )
    }

    func settings() throws(SQLiteError) -> [Channel: ChannelSettings] {
        let rows = try connection.rows("SELECT name, is_paused, concurrency FROM channels") {
            (Channel($0.text(0)), ChannelSettings(isPaused: $0.bool(1), concurrency: $0.optionalInt(2)))
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// The channels of which jobs may be lent, with how many.
    func room(in channels: [Channel], max: Int) throws(SQLiteError) -> [(channel: Channel, count: Int)] {
        let settings = try self.settings()
        var room: [(channel: Channel, count: Int)] = []
        for channel in channels {
            var count = max
            if let settings = settings[channel] {
                let sql = "SELECT count(*) FROM jobs WHERE state = 2 AND channel = ?"
                let running = try connection.first(sql, .text(channel.name)) { $0.int(0) } ?? 0
                count = settings.room(for: max, running: running)
            }
            if count > 0 { room.append((channel, count)) }
        }
        return room
    }
}
