/// Runs the jobs of a queue, several at a time, until its task is cancelled.
///
/// ```swift
/// let worker = JobWorker(queue: queue, handlers: [sendMail, resize], concurrency: 8)
/// try await worker.run()
/// ```
///
/// Each job is lent to it under a lease that it renews, so that the jobs of a worker that dies are soon run by another. It
/// sleeps while nothing is ready: a push in the same process wakes it at once, one in another process too where the system
/// tells of it (Linux), else within the store's poll interval.
public struct JobWorker: Sendable {
    /// What differs from one worker to another.
    public struct Configuration: Sendable {
        /// After this time without renewal others may take the jobs.
        public var lease: Duration
        /// How often leases are renewed; well below the lease.
        public var renewal: Duration
        /// How long jobs may go on when the worker is told to stop; then they are cancelled and handed back uncounted.
        public var drain: Duration
        /// How long a cancelled job may take to end before it is left to itself.
        public var grace: Duration
        /// How long a worker that sleeps may go without looking for jobs by itself; nil for what its store advises.
        ///
        /// A push wakes it anyway. Looking is how it learns of a worker that died, and of pushes where the system does not
        /// tell of other processes.
        public var lookInterval: Duration?

        /// A configuration that differs from the defaults in what is named.
        public init(
            lease: Duration = .seconds(15),
            renewal: Duration = .seconds(5),
            drain: Duration = .seconds(20),
            grace: Duration = .seconds(5),
            lookInterval: Duration? = nil
        ) {
            self.lease = lease
            self.renewal = renewal
            self.drain = drain
            self.grace = grace
            self.lookInterval = lookInterval
        }
    }

    var queue: JobQueue
    private let handlers: [JobHandler]
    private let concurrency: Int
    private let channels: [Channel]
    var configuration: Configuration
    /// Notified when it is to finish.
    private let finishing = WakeSignal()

    /// A worker that does not run yet.
    ///
    /// - Parameters:
    ///   - queue: Where its jobs come from; also told its events.
    ///   - handlers: One for each job name; a job without one is kept among the failed.
    ///   - concurrency: How many jobs run at once; 1 unless they wait for something else most of the time.
    ///   - channels: Which ones it serves.
    ///   - configuration: Its times.
    public init(
        queue: JobQueue,
        handlers: [JobHandler],
        concurrency: Int = 1,
        channels: [Channel] = [.default],
        configuration: Configuration = .init()
    ) {
        precondition(concurrency > 0, "a worker runs at least one job at a time")
        precondition(configuration.lookInterval ?? .seconds(1) > .zero, "a worker looks now and then, not all the time")
        precondition(channels.allSatisfy(\.isValid), "the name of a channel has 1 to 180 bytes")
        precondition(configuration.renewal < configuration.lease, "a lease is renewed before it ends")
        self.queue = queue
        self.handlers = handlers
        self.concurrency = concurrency
        self.channels = channels
        self.configuration = configuration
    }

    /// Runs jobs until the task is cancelled; then lets those that run come to their end, and returns.
    ///
    /// Throws if the store cannot be reached at the start, unless it is only `busy`; that and later failures of the store
    /// are events, and it tries again.
    @concurrent
    public func run() async throws(QueueError) {
        try await run(untilEmpty: false)
    }

    /// Runs jobs until none is ready and none of its own runs, or the task is cancelled.
    ///
    /// It does not wait for jobs that are delayed, between two tries, or run by other workers.
    @concurrent
    public func runUntilEmpty() async throws(QueueError) {
        try await run(untilEmpty: true)
    }

    /// Has `run()` take no more jobs and return once those that run have ended, however long they take.
    ///
    /// Cancelling the task of `run()` ends it sooner, within `Configuration.drain`. Holds for every run of this worker, also one
    /// that is begun later.
    public func finish() {
        finishing.notify()
    }

    private func run(untilEmpty: Bool) async throws(QueueError) {
        let engine = WorkerEngine(
            queue: queue,
            handlers: handlers,
            concurrency: concurrency,
            channels: channels,
            untilEmpty: untilEmpty,
            configuration: configuration
        )
        let endObserving = finishing.observe { [weak engine] in engine?.finish() }
        defer { endObserving() }
        if finishing.generation > 0 { engine.finish() }
        let result = await withTaskCancellationHandler {
            await engine.run()
        } onCancel: {
            engine.stop()
        }
        try result.get()
    }
}
