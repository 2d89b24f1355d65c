/// How many jobs a store holds.
public struct QueueStatistics: Sendable, Hashable {
    /// Ready to run, or in line behind another job of their partition.
    public var waiting: Int
    /// Not yet due: delayed, snoozed, or between two tries.
    public var delayed: Int
    /// Being run.
    public var reserved: Int
    /// Given up and kept.
    public var failed: Int

    /// Counts of a store's own.
    public init(waiting: Int = 0, delayed: Int = 0, reserved: Int = 0, failed: Int = 0) {
        self.waiting = waiting
        self.delayed = delayed
        self.reserved = reserved
        self.failed = failed
    }
}
