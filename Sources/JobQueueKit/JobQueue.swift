/// Where jobs are pushed: a store, and how jobs are written into it.
///
/// ```swift
/// let queue = JobQueue(store: try SQLiteJobStore(path: "data/queue.sqlite"))
/// try await queue.push(SendMail(to: "a@b.c"), .init(delay: .seconds(60), attempts: 3))
/// ```
///
/// It is a value: copies push into the same store. A `JobWorker` runs what was pushed, here or in another process.
public struct JobQueue: Sendable {
    /// What differs from one queue to another.
    public struct Configuration: Sendable {
        /// The largest JSON a job may become, in bytes; 1 MiB unless told otherwise, for what is larger belongs elsewhere.
        public var payloadLimit: Int
        /// Sees each job before it is written down, and returns it or another one in its place.
        ///
        /// What it throws refuses the push, with all the jobs of its batch, and is thrown there as `refused`. Called by the
        /// task that pushes.
        public var beforePush: (@Sendable (NewJob) throws -> NewJob)?
        /// Told what happens to jobs; called from any task, so it must be quick and never block.
        public var onEvent: @Sendable (QueueEvent) -> Void

        /// A configuration that differs from the defaults in what is named.
        public init(
            payloadLimit: Int = 1 << 20,
            beforePush: (@Sendable (NewJob) throws -> NewJob)? = nil,
            onEvent: @escaping @Sendable (QueueEvent) -> Void = { _ in }
        ) {
            self.payloadLimit = payloadLimit
            self.beforePush = beforePush
            self.onEvent = onEvent
        }
    }

    /// Where the jobs are kept.
    public let store: any JobStore

    var configuration: Configuration
    /// Nil where workers run the jobs.
    private let runner: ImmediateRunner?

    /// A queue on a store.
    public init(store: any JobStore, configuration: Configuration = .init()) {
        self.store = store
        self.configuration = configuration
        runner = nil
    }

    /// A queue without workers, for tests and development: a push runs the job in the task that pushes, and returns when it
    /// is done or given up.
    ///
    /// Jobs and handlers are the same, become JSON and are read again, and have the same tries, ttr, `onFailed` and events.
    /// What differs: nothing waits. Delay, priority, partition, pause and cap mean nothing, tries follow each other at once,
    /// and the jobs of a batch run one after the other. A job that fails throws nothing out of `push`, as it would not with a
    /// worker: it is among the failed. One that snoozes, or whose pusher's task is cancelled, stays in the store, which is in
    /// memory, for a `JobWorker` on this queue if there is one. A unique key is held while its job runs.
    ///
    /// - Parameters:
    ///   - handlers: One for each job name; a job without one is kept among the failed.
    ///   - configuration: What differs from the defaults.
    public init(runningAtOnce handlers: [JobHandler], configuration: Configuration = .init()) {
        let store = MemoryJobStore()
        self.store = store
        self.configuration = configuration
        runner = ImmediateRunner(store: store, handlers: handlers, onEvent: configuration.onEvent)
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

    /// Writes several jobs of one type down, all or none, for little more than the cost of one, and returns their
    /// identities in the same order.
    @discardableResult
    public func push<Work: Job>(_ jobs: [Work], _ options: PushOptions = .init()) async throws(QueueError) -> [JobID] {
        var new: [NewJob] = []
        for job in jobs { new.append(try NewJob(job, options)) }
        return try await push(new)
    }

    /// The same for jobs of several types, each with options of its own, or of bytes that were made elsewhere.
    @discardableResult
    public func push(_ jobs: [NewJob]) async throws(QueueError) -> [JobID] {
        var checked: [NewJob] = []
        for job in jobs { checked.append(try check(job)) }
        let ids = try await store.push(checked)
        for (id, job) in zip(ids, checked) {
            configuration.onEvent(.pushed(id: id, name: job.name, channel: job.options.channel))
        }
        if let runner { for id in ids { try await runner.run(id) } }
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
        try await change(channel, .pause)
    }

    /// Lends the jobs of a paused channel again.
    public func resume(_ channel: Channel) async throws(QueueError) {
        try await change(channel, .resume)
    }

    /// Lets at most so many jobs of a channel run at once, over all workers of the store; nil for no cap.
    public func cap(_ channel: Channel, at count: Int?) async throws(QueueError) {
        try await change(channel, .cap(count))
    }

    private func change(_ channel: Channel, _ change: ChannelChange) async throws(QueueError) {
        guard channel.isValid else {
            throw QueueError(.invalidJob, operation: "change a channel", cause: "channel must have 1 to 180 bytes")
        }
        try await store.change(channel, change)
    }

    private func check(_ job: NewJob) throws(QueueError) -> NewJob {
        var job = job
        do {
            job = try configuration.beforePush?(job) ?? job
        } catch {
            throw error as? QueueError
                ?? QueueError(.refused, operation: "push \(job.name)", cause: "\(error)")
        }
        guard job.payload.count <= configuration.payloadLimit else {
            let cause = "\(job.payload.count) bytes, \(configuration.payloadLimit) are allowed"
            throw QueueError(.invalidJob, operation: "push \(job.name)", cause: cause)
        }
        return job
    }
}
