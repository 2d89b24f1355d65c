/// A thread of questions and answers that belongs to one user.
public struct Conversation: Sendable, Hashable {
    /// Time-ordered and unguessable.
    public var id: String
    /// Whose it is; nobody else finds it.
    public var uid: String
    /// What lists show: the beginning of the first question, until the model or the user gives it another.
    public var title: String
    /// What the model is told first; nil is the host's text.
    public var systemPrompt: String?
    /// The model that answers where a question names none; nil is the host's.
    public var model: String?
    /// Whether the model thinks first where a question does not say; nil is the host's setting.
    public var thinking: Bool?
    /// What its answers have cost so far, those that were deleted since included.
    public var usage: UsageTotal
    /// When it was begun, in milliseconds since 1970.
    public var createdAt: Int64
    /// When its last question was sent, in milliseconds since 1970; lists are ordered by it, newest first.
    public var updatedAt: Int64

    /// Makes a value; nothing is stored.
    public init(
        id: String,
        uid: String,
        title: String,
        systemPrompt: String? = nil,
        model: String? = nil,
        thinking: Bool? = nil,
        usage: UsageTotal = UsageTotal(),
        createdAt: Int64,
        updatedAt: Int64
    ) {
        self.id = id
        self.uid = uid
        self.title = title
        self.systemPrompt = systemPrompt
        self.model = model
        self.thinking = thinking
        self.usage = usage
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// A title from a question: its first line that says something, at most 80 characters.
    package static func title(from content: String) -> String {
        let lines = content.split(whereSeparator: \.isNewline)
        let line = lines.first { !$0.allSatisfy(\.isWhitespace) } ?? ""
        let words = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count <= 80 ? words : words.prefix(79) + "…"
    }
}

/// What is to be different about a conversation; nil leaves a part as it is.
public struct ConversationChange: Sendable, Hashable {
    /// Another title.
    public var title: String?
    /// Another system prompt; nil inside is the host's.
    public var systemPrompt: String??
    /// Another model; nil inside is the host's.
    public var model: String??
    /// Another setting of thinking; nil inside is the host's.
    public var thinking: Bool??

    /// A change of these parts.
    public init(title: String? = nil, systemPrompt: String?? = nil, model: String?? = nil, thinking: Bool?? = nil) {
        self.title = title
        self.systemPrompt = systemPrompt
        self.model = model
        self.thinking = thinking
    }
}

/// Some of a user's conversations, newest first.
public struct ConversationPage: Sendable, Equatable {
    /// At most as many as were asked for.
    public var conversations: [Conversation]
    /// What to give as `cursor` for the next page; nil at the end.
    public var nextCursor: String?

    /// Makes a value.
    public init(conversations: [Conversation], nextCursor: String?) {
        self.conversations = conversations
        self.nextCursor = nextCursor
    }
}
