/// Why a request to the model failed: what kind, what the server said, and what had already arrived.
///
/// Never holds the API key.
public struct DeepSeekError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure.
    public var code: Code
    /// What went wrong, in a sentence: the server's own message, cut to 500 characters, where there was one.
    public var message: String
    /// The HTTP status of the answer, if one came.
    public var status: Int?
    /// The server's id of the request, to give to its support.
    public var requestID: String?
    /// How long the server asks to wait, if it does.
    public var retryAfter: Duration?
    /// What of the answer had arrived; nil when nothing had.
    public var partial: ChatCompletion?
    /// How many requests were sent before giving up; 0 when the first was refused here.
    public var attempts = 0

    /// An error of a kind with a sentence.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether the same request may succeed later.
    ///
    /// False for what another try cannot mend: a wrong key, an empty account, a request that the server refuses.
    public var isRetryable: Bool {
        switch code {
        case .authentication, .insufficientBalance, .invalidRequest, .contextWindow, .contentFilter: false
        case .untrusted, .cancelled, .tooManyRounds: false
        default: true
        }
    }

    /// One line for a log.
    public var description: String {
        var facts: [String] = []
        if let status { facts.append("status \(status)") }
        if let requestID { facts.append("request \(requestID)") }
        if let retryAfter { facts.append("retry after \(retryAfter)") }
        if attempts > 1 { facts.append("\(attempts) attempts") }
        return "DeepSeek: \(code): \(message)" + (facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))")
    }
}

extension DeepSeekError {
    /// The kind of a failure; more may come, so switch with a default.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// Its name, stable: for logs and metrics.
        public let description: String

        private init(_ name: String) { description = name }

        /// The key is wrong or missing (401, 403).
        public static let authentication = Self("authentication")
        /// The account has no money left (402).
        public static let insufficientBalance = Self("insufficient_balance")
        /// The request, or this client's configuration, is wrong (400, 404, 422, …): sending it again does not help.
        public static let invalidRequest = Self("invalid_request")
        /// The conversation is longer than the model takes.
        public static let contextWindow = Self("context_window")
        /// Too many requests at once for the account (429); see `retryAfter`.
        public static let rateLimited = Self("rate_limited")
        /// The server failed (500 and others).
        public static let server = Self("server")
        /// The server has no capacity left (503, or in mid-answer).
        public static let overloaded = Self("overloaded")
        /// The server could not be reached.
        public static let transport = Self("transport")
        /// The server's certificate is not acceptable.
        public static let untrusted = Self("untrusted")
        /// Something took too long.
        public static func timedOut(_ phase: TimeoutPhase) -> Self { Self("timed_out.\(phase.rawValue)") }
        /// The answer broke off; see `partial`.
        public static let streamCut = Self("stream_cut")
        /// The server's filter refused the question.
        public static let contentFilter = Self("content_filter")
        /// The answer ended at once, without a word.
        public static let emptyAnswer = Self("empty_answer")
        /// The model kept asking for functions; see `partial` for its last answer.
        public static let tooManyRounds = Self("too_many_rounds")
        /// The calling task was cancelled.
        public static let cancelled = Self("cancelled")
        /// The server sent something that is not its API.
        public static let decoding = Self("decoding")
    }

    /// Which wait was too long.
    public enum TimeoutPhase: String, Sendable, Hashable, CaseIterable {
        /// Until a connection stood, TLS included.
        case connect
        /// Until the first piece of the answer; keep-alives while queued do not count.
        case firstByte = "first_byte"
        /// Between two bytes; keep-alives count.
        case idle
        /// For the whole call, its retries included.
        case total
    }
}
