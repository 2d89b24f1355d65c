/// What people and their tools do with the jobs of a store, beside pushing and running them.
///
/// Each is one step of the store, whatever workers do meanwhile; only `clear` goes by many.
public protocol JobAdministration: Sendable {
    // MARK: Looking

    /// How many jobs there are.
    func statistics() async throws(QueueError) -> QueueStatistics

    /// The same by channel and name, sorted by both; takes time with the number of jobs.
    func counts() async throws(QueueError) -> [JobCounts]

    /// Where a job is.
    ///
    /// - Throws: `unknownJob` if the store does not hold it: it is done, was removed, or never was.
    func status(of id: JobID) async throws(QueueError) -> JobStatus

    /// Jobs that were given up, the latest first.
    func failed(limit: Int) async throws(QueueError) -> [FailedJob]

    /// One job that was given up.
    ///
    /// - Throws: `unknownJob` if it is not among the failed.
    func failed(_ id: JobID) async throws(QueueError) -> FailedJob

    /// The identities of all jobs that were given up, the latest first.
    func failedIDs() async throws(QueueError) -> [JobID]

    // MARK: Changing

    /// Makes failed jobs ready again under their old identities, with nothing counted and all their attempts.
    func retryFailed(_ ids: [JobID]) async throws(QueueError) -> [FailedRetry]

    /// Drops failed jobs; false where one is not among the failed.
    func forgetFailed(_ ids: [JobID]) async throws(QueueError) -> [Bool]

    /// Drops a job that is not among the failed; false if there is none.
    ///
    /// The worker that runs it learns that at its next renewal, and what it made of the job does not count.
    func remove(_ id: JobID) async throws(QueueError) -> Bool

    /// Drops the waiting and delayed jobs of a channel, and returns how many they were; those that run go on.
    func clear(_ channel: Channel) async throws(QueueError) -> Int

    // MARK: Channels

    /// Changes how jobs of a channel are lent, for all workers of the store.
    func change(_ channel: Channel, _ change: ChannelChange) async throws(QueueError)

    /// The channels that are paused or have a cap.
    func channels() async throws(QueueError) -> [Channel: ChannelSettings]
}

/// What became of the wish to try a failed job again.
public enum FailedRetry: Sendable, Hashable {
    /// It is ready, or in line behind others of its partition.
    case retried
    /// It stays among the failed: this job has its unique key now.
    case keyHeld(by: JobID)
    /// It stays among the failed: what the store has of it is damaged, so it could only fail again.
    case damaged
    /// It is not among the failed.
    case unknown
}
