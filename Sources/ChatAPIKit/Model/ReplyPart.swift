/// A piece of an answer as the model gives it.
public enum ReplyPart: Sendable, Hashable {
    /// Of the answer itself.
    case content(String)
    /// Of what the model thinks first.
    case reasoning(String)

    /// The kind of log row it becomes.
    public var kind: LogKind {
        switch self {
        case .content: .content
        case .reasoning: .reasoning
        }
    }

    /// The piece itself.
    public var text: String {
        switch self {
        case .content(let text), .reasoning(let text): text
        }
    }
}

/// How a model ended an answer.
public struct GenerationEnd: Sendable, Hashable {
    /// In the model's words: `stop`, `length`, `content_filter`.
    public var finishReason: String
    /// What it cost, where the model said so.
    public var usage: TokenUsage?

    /// Makes a value.
    public init(finishReason: String, usage: TokenUsage? = nil) {
        self.finishReason = finishReason
        self.usage = usage
    }
}

/// What a model is asked.
public struct ReplyPrompt: Sendable, Hashable {
    /// One message of it.
    public struct Message: Sendable, Hashable {
        /// Who speaks.
        public var role: ChatRole
        /// What is said.
        public var text: String

        /// Makes a value.
        public init(role: ChatRole, text: String) {
            self.role = role
            self.text = text
        }
    }

    /// The reply that this asks for, the same for each attempt; of a title, the conversation.
    public var replyID: String
    /// Whose question it is; not for the model's eyes as it stands.
    public var uid: String
    /// The model to ask; nil is the host's.
    public var model: String?
    /// Whether the model shall think first; nil is the host's setting.
    public var thinking: Bool?
    /// How many tokens the answer may have; nil is the model's own limit.
    public var tokenLimit: Int?
    /// System prompt, earlier questions with their answers, and the question, which is last.
    public var messages: [Message]
    /// The id of the HTTP request that asked for the reply: for logs, and for the model's server to log too.
    public var requestID: String?

    /// Makes a value.
    public init(
        replyID: String,
        uid: String,
        model: String?,
        thinking: Bool?,
        tokenLimit: Int? = nil,
        messages: [Message],
        requestID: String? = nil
    ) {
        self.replyID = replyID
        self.uid = uid
        self.model = model
        self.thinking = thinking
        self.tokenLimit = tokenLimit
        self.messages = messages
        self.requestID = requestID
    }
}
