/// How jobs of a channel are lent; kept by the store, so that it holds for every worker of every process.
public struct ChannelSettings: Sendable, Hashable {
    /// No job of the channel is lent; those that run go on.
    public var isPaused: Bool
    /// How many of its jobs may run at once; nil for as many as there are workers.
    public var concurrency: Int?

    /// Settings that differ from the defaults in what is named.
    public init(isPaused: Bool = false, concurrency: Int? = nil) {
        self.isPaused = isPaused
        self.concurrency = concurrency
    }
}

/// A change of a channel's settings.
public enum ChannelChange: Sendable, Hashable {
    /// Lend no more of its jobs.
    case pause
    /// Lend them again.
    case resume
    /// Let at most so many run at once, at least 1; nil for no cap.
    case cap(Int?)
}

extension ChannelSettings {
    mutating func apply(_ change: ChannelChange) {
        switch change {
        case .pause: isPaused = true
        case .resume: isPaused = false
        case .cap(let count): concurrency = count.map { max($0, 1) }
        }
    }

    /// How many more of the channel's jobs may be lent, at most `max`.
    func room(for max: Int, running: Int) -> Int {
        if isPaused { return 0 }
        return concurrency.map { Swift.max(min($0 - running, max), 0) } ?? max
    }
}
