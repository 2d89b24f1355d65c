import FoundationEssentials

/// Where jobs are pushed: a store, and how jobs are written into it.
///
///     let queue = JobQueue(store: try SQLiteJobStore(path: "data/queue.sqlite"))
///     try await queue.push(SendMail(to: "a@b.c"), .init(delay: .seconds(60), attempts: 3))
///
/// It is a value: copies push into the same store. A `JobWorker` runs what was pushed, here or in another process.
public struct JobQueue: Sendable {
    /// What differs from one queue to another.
    public struct Configuration: Sendable {
        /// The largest JSON a job may become, in bytes; 1 MiB unless told otherwise, for what is larger belongs elsewhere.
        public var payloadLimit: Int
        /// Told what happens to jobs; called from any task, so it must be quick.
        public var onEvent: @Sendable (QueueEvent) -> Void

        /// A configuration that differs from the defaults in what is named.
        public init(payloadLimit: Int = 1 << 20, onEvent: @escaping @Sendable (QueueEvent) -> Void = { _ in }) {
            self.payloadLimit = payloadLimit
            self.onEvent = onEvent
        }
    }

    /// Where the jobs are kept.
    public let store: any JobStore

    let configuration: Configuration

    /// A queue on a store.
    public init(store: any JobStore, configuration: Configuration = .init()) {
        self.store = store
        self.configuration = configuration
    }

    /// Writes a job down; it is safe when this returns.
    ///
    /// - Parameters:
    ///   - job: The work.
    ///   - options: When, how often and in which order it is to be run.
    /// - Returns: Its identity, or that of the job that holds the same unique key.
    /// - Throws: `invalidJob` for options or a payload beyond the limits, or what the store cannot do.
    @discardableResult
    public func push<Work: Job>(_ job: Work, _ options: PushOptions = .init()) async throws(QueueError) -> JobID {
        try await push([job], options)[0]
    }

    /// Writes several jobs down, all or none, for little more than the cost of one, and returns their identities in the
    /// same order.
    @discardableResult
    public func push<Work: Job>(_ jobs: [Work], _ options: PushOptions = .init()) async throws(QueueError) -> [JobID] {
        var new: [NewJob] = []
        for job in jobs {
            new.append(try NewJob(name: Work.name, payload: try payload(of: job), options: options))
        }
        configuration.onEvent(.pushing(count: new.count, name: Work.name, channel: options.channel))
        let ids = try await store.push(new)
        for id in ids { configuration.onEvent(.pushed(id: id, name: Work.name, channel: options.channel)) }
        return ids
    }

    /// How many jobs wait, run and failed.
    public func statistics() async throws(QueueError) -> QueueStatistics {
        try await store.statistics()
    }

    /// Jobs that were given up, the latest first.
    public func failed(limit: Int = 100) async throws(QueueError) -> [FailedJob] {
        try await store.failed(limit: limit)
    }

    /// How many jobs of each channel and name wait, run, failed and are done, and for how long the oldest has waited.
    public func counts() async throws(QueueError) -> [JobCounts] {
        try await store.counts()
    }

    /// Where a job is and how far it has come; throws `unknownJob` once it is done and has left the store.
    public func status(of id: JobID) async throws(QueueError) -> JobStatus {
        try await store.status(of: id)
    }

    /// Lends no more jobs of a channel to any worker until it is resumed; those that run go on.
    public func pause(_ channel: Channel) async throws(QueueError) {
        try await store.change(channel, .pause)
    }

    /// Lends the jobs of a paused channel again.
    public func resume(_ channel: Channel) async throws(QueueError) {
        try await store.change(channel, .resume)
    }

    /// Lets at most so many jobs of a channel run at once, over all workers of the store; nil for no cap.
    public func cap(_ channel: Channel, at count: Int?) async throws(QueueError) {
        try await store.change(channel, .cap(count))
    }

    private func payload<Work: Job>(of job: Work) throws(QueueError) -> [UInt8] {
        let operation = "push \(Work.name)"
        let payload: [UInt8]
        do {
            payload = Array(try JSONEncoder().encode(job))
        } catch {
            throw QueueError(.invalidJob, operation: operation, cause: "cannot be written as JSON")
        }
        guard payload.count <= configuration.payloadLimit else {
            let cause = "\(payload.count) bytes of JSON, \(configuration.payloadLimit) are allowed"
            throw QueueError(.invalidJob, operation: operation, cause: cause)
        }
        return payload
    }
}
