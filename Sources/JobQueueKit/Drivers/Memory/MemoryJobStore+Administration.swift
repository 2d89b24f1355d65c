import PlatformCore

extension MemoryJobStore {
    /// One failed job.
    public func failed(_ id: JobID) async throws(QueueError) -> FailedJob {
        let job = queue.withLock { queue in queue.failed.first { $0.id == id }?.job }
        guard let job else { throw .unknown(id, "failed job") }
        return job
    }

    /// The identities of the failed jobs.
    public func failedIDs() async throws(QueueError) -> [JobID] {
        queue.withLock { $0.failed.reversed().map(\.id) }
    }

    /// Counts by channel and name.
    public func counts() async throws(QueueError) -> [JobCounts] {
        let now = clock.now()
        return queue.withLock { $0.counts(now: now) }
    }

    /// Where a job is.
    public func status(of id: JobID) async throws(QueueError) -> JobStatus {
        guard let status = queue.withLock({ $0.status(of: id) }) else { throw .unknown(id, "status of job") }
        return status
    }

    /// Keeps progress.
    public func report(_ progress: [(Reservation.Token, JobProgress)]) async throws(QueueError) -> [Bool] {
        queue.withLock { queue in progress.map { queue.report($0.0, $0.1) } }
    }

    /// Makes failed jobs ready.
    public func retryFailed(_ ids: [JobID]) async throws(QueueError) -> [FailedRetry] {
        let now = clock.now()
        let results = queue.withLock { queue in ids.map { queue.retryFailed($0, now: now) } }
        wake.notify()
        return results
    }

    /// Drops failed jobs.
    public func forgetFailed(_ ids: [JobID]) async throws(QueueError) -> [Bool] {
        queue.withLock { queue in ids.map { queue.forgetFailed($0) } }
    }

    /// Drops a job.
    public func remove(_ id: JobID) async throws(QueueError) -> Bool {
        let isRemoved = queue.withLock { $0.remove(id) }
        wake.notify()
        return isRemoved
    }

    /// Drops what waits in a channel.
    public func clear(_ channel: Channel) async throws(QueueError) -> Int {
        let count = queue.withLock { $0.clear(channel) }
        wake.notify()
        return count
    }

    /// Pauses, resumes or caps a channel.
    public func change(_ channel: Channel, _ change: ChannelChange) async throws(QueueError) {
        queue.withLock { $0.change(channel, change) }
        wake.notify()
    }

    /// The channels that are paused or capped.
    public func channels() async throws(QueueError) -> [Channel: ChannelSettings] {
        queue.withLock { $0.settings }
    }
}
