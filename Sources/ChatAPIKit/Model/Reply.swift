/// Where a reply is in its life: queued, then running, then one of three ends for good.
public enum ReplyState: String, Sendable, Hashable, CaseIterable {
    /// Stored, and waiting for a worker.
    case queued
    /// A worker has it.
    case running
    /// The model ended it.
    case finished
    /// The user ended it.
    case stopped
    /// It was given up.
    case failed

    /// Whether it never changes again.
    public var isEnd: Bool { self == .finished || self == .stopped || self == .failed }
}

/// What a model answers to a message; the one place where the answer's text is stored.
public struct Reply: Sendable, Hashable {
    /// Time-ordered and unguessable.
    public var id: String
    /// The question it answers.
    public var messageID: String
    /// The conversation of the question.
    public var conversationID: String
    /// Whose it is.
    public var uid: String
    /// Where it is in its life.
    public var state: ReplyState
    /// How many times a worker took it; 0 while none did.
    public var attempt: Int
    /// The highest number issued in its log; 0 while there is none.
    public var lastSeq: Int
    /// The model asked for; nil is the host's.
    public var model: String?
    /// Whether thinking was asked for; nil is the host's setting.
    public var thinking: Bool?
    /// The answer; empty until the reply has ended, its log has the text until then.
    public var content: String
    /// What the model thought; empty until the reply has ended.
    public var reasoning: String
    /// Why the model ended, in its words (`stop`, `length`, …), or `stopped`; nil before the end and after a failure.
    public var finishReason: String?
    /// What it cost, where the model said so.
    public var usage: TokenUsage?
    /// The id of the HTTP request that asked for it, for logs; nil where none did.
    public var requestID: String?
    /// Why it failed; nil unless it did.
    public var failure: ReplyFailure?
    /// When it was asked for, in milliseconds since 1970.
    public var createdAt: Int64
    /// When it ended, in milliseconds since 1970.
    public var endedAt: Int64?

    /// Makes a value; nothing is stored.
    public init(
        id: String,
        messageID: String,
        conversationID: String,
        uid: String,
        state: ReplyState = .queued,
        attempt: Int = 0,
        lastSeq: Int = 0,
        model: String? = nil,
        thinking: Bool? = nil,
        content: String = "",
        reasoning: String = "",
        finishReason: String? = nil,
        usage: TokenUsage? = nil,
        requestID: String? = nil,
        failure: ReplyFailure? = nil,
        createdAt: Int64,
        endedAt: Int64? = nil
    ) {
        self.id = id
        self.messageID = messageID
        self.conversationID = conversationID
        self.uid = uid
        self.state = state
        self.attempt = attempt
        self.lastSeq = lastSeq
        self.model = model
        self.thinking = thinking
        self.content = content
        self.reasoning = reasoning
        self.finishReason = finishReason
        self.usage = usage
        self.requestID = requestID
        self.failure = failure
        self.createdAt = createdAt
        self.endedAt = endedAt
    }
}

/// Why a reply failed, in words for its user; what the model's server said is for the log only.
public struct ReplyFailure: Sendable, Hashable {
    /// A name for programs, such as `model_busy`.
    public var code: String
    /// A sentence for the user.
    public var message: String
    /// Whether asking again has a chance.
    public var isRetryable: Bool

    /// Makes a value.
    public init(code: String, message: String, isRetryable: Bool) {
        self.code = code
        self.message = message
        self.isRetryable = isRetryable
    }
}

/// Where a reply is: enough to know whether to fetch its log or to end work on it.
public struct ReplyPosition: Sendable, Hashable {
    /// The reply.
    public var replyID: String
    /// The question it answers.
    public var messageID: String
    /// The conversation of the question.
    public var conversationID: String
    /// Where it is in its life.
    public var state: ReplyState
    /// How many times a worker took it.
    public var attempt: Int
    /// The highest number issued in its log.
    public var lastSeq: Int

    /// Makes a value.
    public init(
        replyID: String,
        messageID: String,
        conversationID: String,
        state: ReplyState,
        attempt: Int,
        lastSeq: Int
    ) {
        self.replyID = replyID
        self.messageID = messageID
        self.conversationID = conversationID
        self.state = state
        self.attempt = attempt
        self.lastSeq = lastSeq
    }
}
