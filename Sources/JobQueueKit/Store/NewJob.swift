import FoundationEssentials

/// A job on its way into a store, its options checked.
///
/// ```swift
/// try await queue.push([NewJob(SendMail(to: "a@b.c")), NewJob(Resize(image: 7), .init(priority: 10))])
/// ```
public struct NewJob: Sendable {
    /// The name handlers are registered for.
    public let name: String
    /// Its content, JSON when a `JobQueue` made it.
    public let payload: [UInt8]
    /// How it is to be run.
    public let options: PushOptions

    /// A job as the JSON it is stored as.
    ///
    /// Throws `invalidJob` for one that cannot be written as JSON, and as `init(name:payload:options:)` does.
    public init<Work: Job>(_ job: Work, _ options: PushOptions = .init()) throws(QueueError) {
        let payload: Data
        do {
            payload = try Self.encoder.encode(job)
        } catch {
            throw QueueError(
                .invalidJob,
                operation: "push \(Work.name)",
                cause: "cannot be written as JSON"
            )
        }
        try self.init(name: Work.name, payload: Array(payload), options: options)
    }

    /// A job made of bytes.
    ///
    /// Throws `invalidJob` for a name, key or channel that is empty or longer than 180 bytes, fewer than 1 attempt, a
    /// negative delay, a ttr that is not positive, times beyond ten years and priorities beyond 32 bits.
    public init(name: String, payload: [UInt8], options: PushOptions = .init()) throws(QueueError) {
        self.name = name
        self.payload = payload
        self.options = options
        let texts = [
            ("name", name), ("channel", options.channel.name), ("unique key", options.uniqueKey ?? "-"),
            ("partition", options.partition ?? "-"),
        ]
        for (what, text) in texts where !Channel.isValid(text) {
            throw invalid("\(what) must have 1 to 180 bytes")
        }
        guard options.attempts >= 1 else { throw invalid("attempts must be at least 1") }
        guard options.delay >= .zero, options.delay <= .tenYears else { throw invalid("delay must be 0 to 10 years") }
        guard options.ttr > .zero, options.ttr <= .tenYears else { throw invalid("ttr must be above 0, to 10 years") }
        guard Int32(exactly: options.priority) != nil else { throw invalid("priority must fit in 32 bits") }
    }

    private static let encoder = JSONEncoder()

    private func invalid(_ cause: String) -> QueueError {
        QueueError(.invalidJob, operation: "push \(name.prefix(180))", cause: cause)
    }
}
