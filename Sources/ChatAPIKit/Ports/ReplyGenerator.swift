/// What the chat needs of a model; a host fills it with a client of one.
public protocol ReplyGenerator: Sendable {
    /// Asks the model, hands over each piece as it comes, and returns how the answer ended.
    ///
    /// Ends promptly, by throwing, when its task is cancelled. An answer that breaks off is an error, never an end.
    /// `receive` is called with every piece, in order, and returns at once. Throws `GenerationError` (any other error
    /// counts as `GenerationError.Code.unavailable`).
    func generate(_ prompt: ReplyPrompt, receive: @Sendable (ReplyPart) -> Void) async throws -> GenerationEnd
}

/// Why a model gave no whole answer.
public struct GenerationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, as far as it changes what is done and said.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The name that programs see in `reply.failed`.
        public let rawValue: String

        /// A code of the caller's: worth another attempt, with a general wording.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Too many requests, or overloaded (429, 503).
        public static let busy = Code(rawValue: "model_busy")
        /// Not to be reached, or failing inside (connect, 5xx).
        public static let unavailable = Code(rawValue: "model_unavailable")
        /// Nothing came for too long.
        public static let timeout = Code(rawValue: "model_timeout")
        /// The answer broke off.
        public static let interrupted = Code(rawValue: "model_interrupted")
        /// The site's key or balance is not accepted (401, 402).
        public static let refused = Code(rawValue: "model_refused")
        /// The model does not take this conversation or these parameters (400, 422).
        public static let rejected = Code(rawValue: "model_rejected")
    }

    /// What went wrong.
    public var code: Code
    /// What the model's server or the network said: for the log, never shown to a user.
    public var cause: String

    /// Makes an error.
    public init(_ code: Code, cause: String) {
        self.code = code
        self.cause = cause
    }

    /// Whether another attempt would end the same way, so that the reply fails at once.
    public var isPermanent: Bool { code == .refused || code == .rejected }

    /// For logs.
    public var description: String { "\(code.rawValue): \(cause)" }
}
