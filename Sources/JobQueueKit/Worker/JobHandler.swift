import FoundationEssentials

/// What runs the jobs of one name.
///
/// ```swift
/// JobHandler(SendMail.self, onFailed: { job, context, reason in await report(job, reason) }) { job, context in
///     try await mailer.send(to: job.to)
///     return .done
/// }
/// ```
///
/// A thrown error is a failure: the job is tried again as its attempts and back-off say. The wait before that is, in this
/// order, what the run returned (`.retry(after:)`), what `backoff` says, or what the job was pushed with.
public struct JobHandler: Sendable {
    /// The name of the jobs it runs.
    public let name: String

    let run: @Sendable ([UInt8], JobContext) async throws -> JobOutcome
    let backoff: (@Sendable (Int, any Error) -> Duration?)?
    let giveUp: @Sendable ([UInt8], JobContext, String) async throws -> Void

    /// A handler of a job type.
    ///
    /// - Parameters:
    ///   - type: The job.
    ///   - backoff: A wait of your own after a failure, given how many runs have failed, this one included, and what it
    ///     threw (a `CancellationError` if it did not stop when its ttr was over). It beats the back-off the job was pushed
    ///     with, which is stored and so can be no closure; nil leaves the wait to that one. The wait is kept between 0 and
    ///     ten years.
    ///   - onFailed: Called with the reason when the job is given up, be it that its attempts failed, that it discarded
    ///     itself or that its worker crashed three times; always before the job is kept among the failed. It may be called
    ///     more than once, and is called again later if it throws.
    ///   - run: Does the work. It may be called more than once for a job. It runs on the cooperative pool, so it must not
    ///     block its thread.
    public init<Work: Job>(
        _ type: Work.Type,
        backoff: (@Sendable (_ failures: Int, _ error: any Error) -> Duration?)? = nil,
        onFailed: (@Sendable (Work, JobContext, _ reason: String) async throws -> Void)? = nil,
        run: @escaping @Sendable (Work, JobContext) async throws -> JobOutcome
    ) {
        name = Work.name
        self.backoff = backoff
        self.run = { payload, context in try await run(try Self.decode(Work.self, payload), context) }
        giveUp = { payload, context, reason in
            let job = try Self.decode(Work.self, payload)
            try await onFailed?(job, context, reason)
        }
    }

    private static let decoder = JSONDecoder()

    private static func decode<Work: Job>(_ type: Work.Type, _ payload: [UInt8]) throws(UnreadableJob) -> Work {
        do {
            return try decoder.decode(Work.self, from: Data(payload))
        } catch {
            throw UnreadableJob(name: Work.name)
        }
    }
}

/// A stored payload is not what the job type reads: no further try would help.
struct UnreadableJob: Error, CustomStringConvertible {
    let name: String

    var description: String { "the stored payload cannot be read as a job \"\(name)\"" }
}
