/// How a job is to be run; each has a default that suits a job without special wishes.
public struct PushOptions: Sendable {
    /// Not before this time has passed.
    public var delay: Duration
    /// Lower ones are run first.
    public var priority: Int
    /// How long one run may take before it is cancelled and counted as a failure.
    public var ttr: Duration
    /// How many runs may fail before the job is given up; a crash of the worker is not a failed run.
    public var attempts: Int
    /// The wait between a failure and the next run.
    public var backoff: Backoff
    /// While a job with this key waits or runs in the channel, pushing another one is answered with the first one's
    /// identity and changes nothing.
    public var uniqueKey: String?
    /// Jobs with the same key of a channel run one at a time and in order.
    public var partition: String?
    /// Where the job is put.
    public var channel: Channel

    /// Options that differ from the defaults in what is named.
    public init(
        delay: Duration = .zero,
        priority: Int = 1024,
        ttr: Duration = .seconds(300),
        attempts: Int = 1,
        backoff: Backoff = .exponential(),
        uniqueKey: String? = nil,
        partition: String? = nil,
        channel: Channel = .default
    ) {
        self.delay = delay
        self.priority = priority
        self.ttr = ttr
        self.attempts = attempts
        self.backoff = backoff
        self.uniqueKey = uniqueKey
        self.partition = partition
        self.channel = channel
    }
}
