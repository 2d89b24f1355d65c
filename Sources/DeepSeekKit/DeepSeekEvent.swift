package import PlatformCore

/// What a client has to tell while it works, for logs and metrics; never a message's content, never the key.
///
/// `requestID` is that of the request, if it has one.
public enum DeepSeekEvent: Sendable {
    /// A request failed before anything was delivered and is sent again after `delay`; `attempt` counts from 1.
    case retrying(attempt: Int, delay: Duration, error: DeepSeekError, requestID: String?)
    /// The server has refused a request for lack of room: from now on only so many are sent at once.
    case slowedDown(limit: Int)
    /// An answer is complete: how long its first piece and the whole took, and how many requests it needed; `model` is
    /// nil when none was asked.
    case finished(
        model: String?,
        attempts: Int,
        firstPiece: Duration?,
        total: Duration,
        usage: Usage?,
        requestID: String?
    )
    /// The call ended with an error (also thrown).
    case failed(DeepSeekError, requestID: String?)

    /// The event in words, for a log of yours: what happened, and facts beside it.
    ///
    /// The level is `debug`, `info`, `warning` or `error`, as in swift-log: `Logger.Level(rawValue: event.entry.level)`.
    public var entry: (level: String, message: String, fields: [(name: String, value: String)]) { line.entry }

    /// The event as a line for a log.
    package var line: LogLine {
        switch self {
        case .retrying(let attempt, let delay, let error, let request):
            return LogLine(
                .warning,
                "deepseek",
                "retrying",
                ["attempt": "\(attempt)", "delay_ms": "\(delay.milliseconds)", "error": error.description],
                request
            )
        case .slowedDown(let limit):
            return LogLine(.warning, "deepseek", "slowed down", ["limit": "\(limit)"])
        case .finished(let model, let attempts, let firstPiece, let total, let usage, let request):
            return LogLine(
                .info,
                "deepseek",
                "answer complete",
                [
                    "model": model ?? "-", "attempts": "\(attempts)",
                    "first_ms": firstPiece.map { "\($0.milliseconds)" } ?? "-",
                    "total_ms": "\(total.milliseconds)",
                    "prompt_tokens": "\(usage?.promptTokens ?? 0)",
                    "completion_tokens": "\(usage?.completionTokens ?? 0)",
                ],
                request
            )
        case .failed(let error, let request):
            let level: LogLevel = error.code == .cancelled ? .debug : .error
            return LogLine(level, "deepseek", "failed", ["error": error.description], request)
        }
    }
}
