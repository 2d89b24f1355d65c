/// A job that was given up, as its store keeps it.
public struct FailedJob: Sendable, Hashable {
    /// Its identity.
    public var id: JobID
    /// Its name.
    public var name: String
    /// Where it was.
    public var channel: Channel
    /// The JSON it was pushed as.
    public var payload: [UInt8]
    /// Why it was given up.
    public var reason: String
    /// How often it was handed to a worker.
    public var deliveries: Int
    /// How many of its runs failed.
    public var failures: Int
    /// How many of its runs ended with their worker.
    public var crashes: Int
    /// When it was pushed.
    public var pushedAt: WallTime
    /// When it was given up.
    public var failedAt: WallTime

    /// A record of a store's own.
    public init(
        id: JobID,
        name: String,
        channel: Channel,
        payload: [UInt8],
        reason: String,
        deliveries: Int,
        failures: Int,
        crashes: Int,
        pushedAt: WallTime,
        failedAt: WallTime
    ) {
        self.id = id
        self.name = name
        self.channel = channel
        self.payload = payload
        self.reason = reason
        self.deliveries = deliveries
        self.failures = failures
        self.crashes = crashes
        self.pushedAt = pushedAt
        self.failedAt = failedAt
    }
}
