/// Who speaks in a message of a prompt or of a conversation.
public enum ChatRole: String, Sendable, Hashable, CaseIterable {
    /// The site: the first message of a prompt.
    case system
    /// The user; every stored message is one of these, since an answer lives in its `Reply` alone.
    case user
    /// The model.
    case assistant
}

/// A question of a user, with the replies to it: more than one once it was regenerated.
public struct Message: Sendable, Hashable {
    /// Time-ordered and unguessable.
    public var id: String
    /// The conversation it is in.
    public var conversationID: String
    /// Whose it is.
    public var uid: String
    /// Who speaks; today always the user.
    public var role: ChatRole
    /// The text as it was sent.
    public var content: String
    /// What the sender gave to make the sending safe to repeat.
    public var idempotencyKey: String?
    /// When it was stored, in milliseconds since 1970.
    public var createdAt: Int64
    /// Its replies, oldest first.
    public var replies: [Reply]

    /// Makes a value; nothing is stored.
    public init(
        id: String,
        conversationID: String,
        uid: String,
        role: ChatRole = .user,
        content: String,
        idempotencyKey: String? = nil,
        createdAt: Int64,
        replies: [Reply] = []
    ) {
        self.id = id
        self.conversationID = conversationID
        self.uid = uid
        self.role = role
        self.content = content
        self.idempotencyKey = idempotencyKey
        self.createdAt = createdAt
        self.replies = replies
    }
}

/// A part of a conversation's history, oldest message first.
public struct MessagePage: Sendable, Equatable {
    /// At most as many as were asked for.
    public var messages: [Message]
    /// Whether there are older ones: ask with `before` set to the first message's id.
    public var hasEarlier: Bool

    /// Makes a value.
    public init(messages: [Message], hasEarlier: Bool) {
        self.messages = messages
        self.hasEarlier = hasEarlier
    }
}

/// What a user sends: a question in a conversation, or one that begins a conversation.
public struct NewMessage: Sendable, Hashable {
    /// Where it belongs; nil begins a conversation.
    public var conversationID: String?
    /// The question.
    public var content: String
    /// Makes it safe to send again: the same key of the same user answers with the same ids.
    public var idempotencyKey: String?
    /// The model that shall answer; nil takes the host's.
    public var model: String?
    /// Whether the model shall think first; nil takes the host's setting.
    public var thinking: Bool?

    /// Makes a value; nothing is stored.
    public init(
        conversationID: String? = nil,
        content: String,
        idempotencyKey: String? = nil,
        model: String? = nil,
        thinking: Bool? = nil
    ) {
        self.conversationID = conversationID
        self.content = content
        self.idempotencyKey = idempotencyKey
        self.model = model
        self.thinking = thinking
    }
}
