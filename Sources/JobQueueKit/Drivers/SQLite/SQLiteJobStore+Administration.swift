import PlatformCore
import SQLiteCore

extension SQLiteJobStore {
    /// One failed job.
    public func failed(_ id: JobID) async throws(QueueError) -> FailedJob {
        let job = try await read { connection throws(SQLiteError) in
            try connection.first(
                """
                SELECT id, name, channel, payload, reason, deliveries, failures, crashes, pushed_at, failed_at
                FROM failed_jobs WHERE id = ?
                """,
                .optional(Int64(id.description)),
                map: FailedJob.init(row:)
            )
        }
        guard let job else { throw .unknown(id, "failed job") }
        return job
    }

    /// The identities of the failed jobs.
    public func failedIDs() async throws(QueueError) -> [JobID] {
        try await read { connection throws(SQLiteError) in
            try connection.rows("SELECT id FROM failed_jobs ORDER BY failed_at DESC, id DESC") {
                JobID("\($0.int64(0))")
            }
        }
    }

    /// Counts by channel and name.
    public func counts() async throws(QueueError) -> [JobCounts] {
        let now = clock.now()
        return try await read { [news] connection throws(SQLiteError) in
            try SQLiteJobs(connection: connection, news: news, now: now).counts()
        }
    }

    /// Where a job is.
    public func status(of id: JobID) async throws(QueueError) -> JobStatus {
        let now = clock.now()
        let status = try await read { [news] connection throws(SQLiteError) in
            try SQLiteJobs(connection: connection, news: news, now: now).status(of: id)
        }
        guard let status else { throw .unknown(id, "status of job") }
        return status
    }

    /// Keeps progress.
    public func report(_ progress: [(Reservation.Token, JobProgress)]) async throws(QueueError) -> [Bool] {
        try await write { store throws(SQLiteError) in
            var results: [Bool] = []
            for (token, progress) in progress { results.append(try store.report(token, progress)) }
            return results
        }
    }

    /// Makes failed jobs ready.
    public func retryFailed(_ ids: [JobID]) async throws(QueueError) -> [FailedRetry] {
        try await write { store throws(SQLiteError) in
            var results: [FailedRetry] = []
            for id in ids { results.append(try store.retryFailed(id)) }
            store.news.note()
            return results
        }
    }

    /// Drops failed jobs.
    public func forgetFailed(_ ids: [JobID]) async throws(QueueError) -> [Bool] {
        try await write { store throws(SQLiteError) in
            var results: [Bool] = []
            for id in ids { results.append(try store.forgetFailed(id)) }
            return results
        }
    }

    /// Drops a job.
    public func remove(_ id: JobID) async throws(QueueError) -> Bool {
        try await write { store throws(SQLiteError) in
            store.news.note()
            return try store.remove(id)
        }
    }

    /// Drops what waits in a channel, some thousands in a transaction, so that others can write in between.
    public func clear(_ channel: Channel) async throws(QueueError) -> Int {
        let last = try await write { store throws(SQLiteError) in try store.lastID() }
        var count = 0
        var first: Int64 = 0
        while true {
            let removed = try await write { [first] store throws(SQLiteError) in
                store.news.note()
                return try store.clear(channel, after: first, to: last)
            }
            guard let next = removed.max() else { break }
            count += removed.count
            first = next
        }
        return count
    }

    /// Pauses, resumes or caps a channel.
    public func change(_ channel: Channel, _ change: ChannelChange) async throws(QueueError) {
        try await write { store throws(SQLiteError) in
            store.news.note()
            try store.change(channel, change)
        }
    }

    /// The channels that are paused or capped.
    public func channels() async throws(QueueError) -> [Channel: ChannelSettings] {
        let now = clock.now()
        return try await read { [news] connection throws(SQLiteError) in
            try SQLiteJobs(connection: connection, news: news, now: now).settings()
        }
    }
}
