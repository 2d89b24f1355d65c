/// What became of a sending.
public enum SendResult: Sendable, Equatable {
    /// Stored.
    case stored(SentMessage)
    /// The same key and request came before: what was stored then, and nothing was changed now.
    case repeated(SentMessage)
    /// The key came before with another request.
    case conflict
    /// The user has no such conversation, or no message to put it beside, or has deleted what was stored with the key.
    case notFound
    /// The conversation has no such message to put it behind.
    case parentNotFound
}

/// What went with a message that was removed.
public struct DeletedMessages: Sendable, Equatable {
    /// Where they were.
    public var conversationID: String
    /// The message, and those below it that went too.
    public var ids: [String]

    /// Makes a value.
    public init(conversationID: String, ids: [String]) {
        self.conversationID = conversationID
        self.ids = ids
    }
}

/// A message as it was stored.
public struct SentMessage: Sendable, Equatable {
    /// The conversation it is in.
    public var conversation: Conversation
    /// The message itself, without its replies.
    public var message: Message
    /// The reply that waits for a worker (of a repeated one: the first reply, wherever it is by now).
    public var reply: Reply

    /// Makes a value.
    public init(conversation: Conversation, message: Message, reply: Reply) {
        self.conversation = conversation
        self.message = message
        self.reply = reply
    }
}

/// What became of a regeneration.
public enum RegenerateResult: Sendable, Equatable {
    /// A new reply waits for a worker.
    case created(Reply)
    /// A reply to the same message has not ended yet.
    case unfinished(Reply)
    /// The user has no such reply.
    case notFound
}

/// What became of taking a reply.
public enum TakeResult: Sendable, Equatable {
    /// The worker has it.
    case taken(TakenAttempt)
    /// It ended before.
    case ended(EndedReply)
    /// An earlier reply of the conversation has not ended: that one comes first.
    case waiting(for: SweepCandidate)
    /// Another job's worker has it, and may be presumed dead only after this time.
    case held(for: Duration)
    /// There is no such reply (any more).
    case notFound
}

/// An attempt at a reply, in the hands of its worker.
public struct TakenAttempt: Sendable, Equatable {
    /// The reply, with its new attempt.
    public var reply: Reply
    /// The question it answers.
    public var question: String
    /// What its conversation wants the model to be told first; nil is the host's text.
    public var systemPrompt: String?
    /// Whether nobody has given the conversation a title yet.
    public var isUntitled: Bool
    /// The row that says so, to be pushed.
    public var row: LogRow

    /// Makes a value.
    public init(
        reply: Reply,
        question: String,
        systemPrompt: String? = nil,
        isUntitled: Bool = false,
        row: LogRow
    ) {
        self.reply = reply
        self.question = question
        self.systemPrompt = systemPrompt
        self.isUntitled = isUntitled
        self.row = row
    }
}

/// What became of ending a reply.
public enum EndResult: Sendable, Equatable {
    /// It ended now, and by this.
    case ended(EndedReply)
    /// It had ended before, and nothing was changed.
    case alreadyEnded(EndedReply)
    /// The attempt is not the running one: nothing was changed.
    case fenced
    /// There is no such reply.
    case notFound
}

/// A reply that ended, with the last row of its log.
public struct EndedReply: Sendable, Equatable {
    /// The reply as it stays.
    public var reply: Reply
    /// The row that says so, to be pushed.
    public var row: LogRow

    /// Makes a value.
    public init(reply: Reply, row: LogRow) {
        self.reply = reply
        self.row = row
    }
}

/// A question of before and what was answered.
public struct HistoryTurn: Sendable, Equatable {
    /// The user's words.
    public var question: String
    /// The model's; nil where no attempt came to anything.
    public var answer: String?

    /// Makes a value.
    public init(question: String, answer: String?) {
        self.question = question
        self.answer = answer
    }
}

/// Which of a conversation's messages are meant.
public enum ConversationExtent: Sendable, Hashable {
    /// All of them, with every version.
    case everything
    /// The branch through a message down to its newest descendant; nil is the message that was stored last.
    case branch(through: String?)
}

/// What a title is made of.
public struct TitleSource: Sendable, Hashable {
    /// Whose the conversation is.
    public var uid: String
    /// The question.
    public var question: String
    /// The model's answer.
    public var answer: String

    /// Makes a value.
    public init(uid: String, question: String, answer: String) {
        self.uid = uid
        self.question = question
        self.answer = answer
    }
}

/// What a store is to forget.
public struct TidyRules: Sendable, Hashable {
    /// How long after its end a reply's log is folded; nil: never.
    public var foldAfter: Duration?
    /// How long after its last question a conversation is removed with everything in it; nil: never.
    public var keepFor: Duration?

    /// Makes a value.
    public init(foldAfter: Duration? = .seconds(600), keepFor: Duration? = nil) {
        self.foldAfter = foldAfter
        self.keepFor = keepFor
    }
}

/// What a piece of tidying did.
public struct Tidied: Sendable, Equatable {
    /// Conversations that are gone now.
    public var removed: [Conversation]
    /// Whether nothing is left to do for now.
    public var isDone: Bool

    /// Makes a value.
    public init(removed: [Conversation] = [], isDone: Bool) {
        self.removed = removed
        self.isDone = isDone
    }
}

/// A reply that may have lost its job.
public struct SweepCandidate: Sendable, Hashable {
    /// The reply.
    public var replyID: String
    /// Its conversation, which is the partition of its job.
    public var conversationID: String

    /// Makes a value.
    public init(replyID: String, conversationID: String) {
        self.replyID = replyID
        self.conversationID = conversationID
    }
}
