/// How often a failed request is sent again, and after what delay.
///
/// Only while nothing has been delivered, and only for what a moment may mend: 429, 500, 503, a connection that could
/// not be made or broke before the first piece, a server out of resources, an answer without a word.
public struct RetryPolicy: Sendable, Hashable {
    /// How many times: 2; more than that is the business of a queue.
    public var limit: Int
    /// The delay before the first retry, doubled for each further one, each drawn between half and all of it: 500 ms.
    public var delay: Duration
    /// The longest delay: 20 s; when the server asks for more, the error is thrown at once with its `retryAfter`.
    public var maximumDelay: Duration

    /// A policy; `limit` 0 never retries.
    public init(limit: Int = 2, delay: Duration = .milliseconds(500), maximumDelay: Duration = .seconds(20)) {
        self.limit = limit
        self.delay = delay
        self.maximumDelay = maximumDelay
    }

    /// How long to wait before sending again after the `attempt`th request failed; nil: give up.
    ///
    /// `draw` is a number from 0 to 1 that spreads the clients of one bad moment.
    package func delay(afterAttempt attempt: Int, failedWith error: DeepSeekError, draw: Double) -> Duration? {
        guard attempt <= limit, error.isWorthRetryingHere else { return nil }
        let backoff = min(delay * (1 << min(attempt - 1, 20)), maximumDelay)
        let spread = backoff * (0.5 + 0.5 * draw)
        guard let asked = error.retryAfter else { return spread }
        return asked <= maximumDelay ? max(asked, spread) : nil
    }
}

extension DeepSeekError {
    /// Whether sending the same request again within the call is right.
    fileprivate var isWorthRetryingHere: Bool {
        guard partial?.isEmpty ?? true else { return false }
        return switch code {
        case .rateLimited, .overloaded, .emptyAnswer, .streamCut, .transport, .timedOut(.connect): true
        case .server: status == nil || status == 200 || status == 500  // 200: said in the body
        default: false
        }
    }
}
