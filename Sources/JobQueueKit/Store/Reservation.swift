/// A job lent to a worker until its lease ends.
public struct Reservation: Sendable {
    /// Names one lending of one job: a later lending has another fence, so that the earlier worker's word no longer counts.
    public struct Token: Sendable, Hashable {
        /// The job.
        public let id: JobID
        /// Grows with each lending of the job.
        public let fence: Int64

        /// The token of a store's own lending.
        public init(id: JobID, fence: Int64) {
            self.id = id
            self.fence = fence
        }
    }

    /// What `settle` and `extend` take.
    public var token: Token
    /// The name handlers are registered for.
    public var name: String
    /// What was pushed.
    public var payload: [UInt8]
    /// How it was pushed.
    public var options: PushOptions
    /// When it was pushed.
    public var pushedAt: WallTime
    /// How often it was handed to a worker, this time included.
    public var deliveries: Int
    /// How many runs failed so far.
    public var failures: Int
    /// How many runs ended with their worker so far.
    public var crashes: Int
    /// Why the last run did not succeed.
    public var lastError: String?

    /// Whether all tries are used up: only `onFailed` is to be run, then `failed` settled.
    public var exhausted: Bool {
        Tally(deliveries: deliveries, failures: failures, crashes: crashes, attempts: options.attempts).isExhausted
    }

    /// A reservation of a store's own.
    public init(
        token: Token,
        name: String,
        payload: [UInt8],
        options: PushOptions,
        pushedAt: WallTime,
        deliveries: Int,
        failures: Int,
        crashes: Int,
        lastError: String?
    ) {
        self.token = token
        self.name = name
        self.payload = payload
        self.options = options
        self.pushedAt = pushedAt
        self.deliveries = deliveries
        self.failures = failures
        self.crashes = crashes
        self.lastError = lastError
    }
}
