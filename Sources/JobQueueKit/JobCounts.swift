import PlatformCore

/// How many jobs of one name a channel holds.
public struct JobCounts: Sendable, Hashable {
    /// Where they are.
    public var channel: Channel
    /// Their name.
    public var name: String
    /// Ready to run, or in line behind another job of their partition.
    public var waiting: Int
    /// Not yet due: delayed, snoozed, or between two tries.
    public var delayed: Int
    /// Being run.
    public var reserved: Int
    /// Given up and kept.
    public var failed: Int
    /// Succeeded since the store was made.
    public var done: Int
    /// For how long the waiting one has been due that has been so longest; nil when none waits.
    public var oldest: Duration?

    /// Counts of a store's own.
    public init(
        channel: Channel,
        name: String,
        waiting: Int = 0,
        delayed: Int = 0,
        reserved: Int = 0,
        failed: Int = 0,
        done: Int = 0,
        oldest: Duration? = nil
    ) {
        self.channel = channel
        self.name = name
        self.waiting = waiting
        self.delayed = delayed
        self.reserved = reserved
        self.failed = failed
        self.done = done
        self.oldest = oldest
    }
}

/// Gathers `JobCounts`, whatever the order in which jobs are come upon.
struct JobCounter {
    private struct Key: Hashable {
        let channel: ByteKey
        let name: ByteKey

        init(_ channel: String, _ name: String) {
            self.channel = ByteKey(channel)
            self.name = ByteKey(name)
        }
    }

    private var counts: [Key: JobCounts] = [:]
    private let now: Int64

    init(now: Int64) {
        self.now = now
    }

    /// The counts of a name in a channel, to be changed.
    subscript(channel: String, name: String) -> JobCounts {
        get { counts[Key(channel, name)] ?? JobCounts(channel: Channel(channel), name: name) }
        set { counts[Key(channel, name)] = newValue }
    }

    /// Counts one that waits.
    mutating func addWaiting(_ channel: String, _ name: String, since readyAt: Int64) {
        self[channel, name].waiting += 1
        let age = Duration.milliseconds(max(now - readyAt, 0))
        self[channel, name].oldest = max(self[channel, name].oldest ?? .zero, age)
    }

    var all: [JobCounts] {
        counts.values.sorted { ($0.channel.name, $0.name) < ($1.channel.name, $1.name) }
    }
}
