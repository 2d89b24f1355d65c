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
///
/// The messages of a conversation form a tree: each follows a parent, and those that follow the same one are versions of
/// a question, made by editing.
public struct Message: Sendable, Hashable {
    /// Time-ordered and unguessable.
    public var id: String
    /// The conversation it is in.
    public var conversationID: String
    /// The question before it; nil for the first of its branch.
    public var parentID: String?
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
    /// The ids of the questions with the same parent, itself among them, oldest first; empty where nobody asked for them.
    public var versions: [String]

    /// Makes a value; nothing is stored.
    public init(
        id: String,
        conversationID: String,
        parentID: String? = nil,
        uid: String,
        role: ChatRole = .user,
        content: String,
        idempotencyKey: String? = nil,
        createdAt: Int64,
        replies: [Reply] = [],
        versions: [String] = []
    ) {
        self.id = id
        self.conversationID = conversationID
        self.parentID = parentID
        self.uid = uid
        self.role = role
        self.content = content
        self.idempotencyKey = idempotencyKey
        self.createdAt = createdAt
        self.replies = replies
        self.versions = versions
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
    /// Where a message is put.
    public enum Place: Sendable, Hashable {
        /// As the first of a new conversation.
        case newConversation
        /// In a conversation, behind the message `after`; nil is the one that was stored last.
        case conversation(String, after: String? = nil)
        /// Beside a message, as another version of it.
        case beside(String)
    }

    /// Where it belongs.
    public var place: Place
    /// The question.
    public var content: String
    /// Makes it safe to send again: the same key of the same user answers with the same ids.
    public var idempotencyKey: String?
    /// The model that shall answer; nil takes the conversation's, or else the host's.
    public var model: String?
    /// Whether the model shall think first; nil takes the conversation's setting, or else the host's.
    public var thinking: Bool?
    /// The id of the HTTP request that brings it, for logs; its reply keeps it.
    public var requestID: String?

    /// Makes a value; nothing is stored.
    public init(
        in place: Place = .newConversation,
        content: String,
        idempotencyKey: String? = nil,
        model: String? = nil,
        thinking: Bool? = nil,
        requestID: String? = nil
    ) {
        self.place = place
        self.content = content
        self.idempotencyKey = idempotencyKey
        self.model = model
        self.thinking = thinking
        self.requestID = requestID
    }
}
