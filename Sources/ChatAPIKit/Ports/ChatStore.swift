/// Where conversations, replies and their logs live.
///
/// Every method of the user's side takes the uid: what belongs to another user is not found. Every operation of the
/// worker's side that writes is fenced: it checks the attempt and that the reply is running, in the same transaction,
/// and says so by its result; errors are for broken machinery only. What a method writes is durable when it returns.
/// Order among replies and among messages is the order in which they were stored, whatever the clocks say.
public protocol ChatStore: Sendable {
    // MARK: The user's side

    /// Stores a message with its queued reply, and the conversation if it is new, all or nothing.
    ///
    /// A key that this user gave within a day answers with what was stored then, or as a conflict if the request differs;
    /// an older one is as good as new. If what was stored is deleted by now, nothing is found, and nothing stored. What
    /// the message leaves open of model and thinking is the conversation's.
    func send(_ message: NewMessage, uid: String) async throws(ChatError) -> SendResult

    /// The user's conversations, newest first, at most `limit` (at least 1).
    ///
    /// `cursor` is from the page before; nil is answered to one that makes no sense.
    func conversations(uid: String, cursor: String?, limit: Int) async throws(ChatError) -> ConversationPage?

    /// One conversation; nil if the user has no such one.
    func conversation(_ id: String, uid: String) async throws(ChatError) -> Conversation?

    /// Changes a conversation; nil if the user has no such one. Its place in the list stays.
    func change(
        conversation id: String,
        uid: String,
        _ change: ConversationChange
    ) async throws(ChatError) -> Conversation?

    /// Removes a conversation with everything in it; false if the user has no such one. Its workers are fenced by it.
    func delete(conversation id: String, uid: String) async throws(ChatError) -> Bool

    /// Removes a message with its replies, whose workers are fenced by it; nil if the user has no such one.
    ///
    /// Of a message that has other versions everything below it goes too; of one that has none, what followed it moves up.
    func delete(message id: String, uid: String) async throws(ChatError) -> DeletedMessages?

    /// A part of one branch of a conversation, with replies and versions, oldest first; nil if the user has no such
    /// conversation.
    ///
    /// The branch goes through the message `through` down to the newest of what follows it; nil, or one that is not of this
    /// conversation, is the message that was stored last. The page has at most `limit` messages (at least 1) and ends at
    /// the end of the branch, or just before the message `before` on that one's own branch.
    func messages(
        conversation id: String,
        uid: String,
        through: String?,
        before: String?,
        limit: Int
    ) async throws(ChatError) -> MessagePage?

    /// The ids of a conversation's messages, oldest first; nil if the user has no such conversation.
    ///
    /// Those of one branch are in the order of reading, those of all branches in the order in which they were stored.
    func messageIDs(
        conversation id: String,
        uid: String,
        _ extent: ConversationExtent
    ) async throws(ChatError) -> [String]?

    /// One message with its replies and versions; nil if the user has no such one.
    func message(_ id: String, uid: String) async throws(ChatError) -> Message?

    /// What the user's answers cost, by the day (UTC) on which they ended, oldest first; days without any are left out.
    ///
    /// `days` counts back from today, which is the first one (at least 1). What was deleted since counts too.
    func usage(uid: String, days: Int) async throws(ChatError) -> [UsageDay]

    /// One reply; nil if the user has no such one.
    func reply(_ id: String, uid: String) async throws(ChatError) -> Reply?

    /// A reply's rows above a number and its position, read at one instant; nil if the user has no such reply.
    ///
    /// `after` is the last number that was applied; 0 is for everything.
    func log(reply id: String, uid: String, after: Int) async throws(ChatError) -> ReplyLog?

    /// The user's replies that have not ended, queued and running, oldest first.
    func activeReplies(uid: String) async throws(ChatError) -> [ReplyPosition]

    /// Ends a queued or running reply as stopped, with what its log has by then; never `.fenced`.
    func stop(reply id: String, uid: String) async throws(ChatError) -> EndResult

    /// Stores another queued reply to the message that a reply answers, with that reply's model and thinking.
    ///
    /// The new reply keeps `requestID`, as that of a sent message does.
    func regenerate(
        reply id: String,
        uid: String,
        requestID: String?
    ) async throws(ChatError) -> RegenerateResult

    // MARK: The worker's side

    /// Gives a reply to a worker as attempt n + 1, if it may have it.
    ///
    /// One transaction: the attempt, the text rows of older attempts deleted, and a `started` row (attempt 1) or a
    /// `reset` row (later ones). The same job may take again what it took before; a running reply of another job is
    /// taken once it was untouched for `takeOverAfter`.
    func takeAttempt(
        reply id: String,
        jobID: String,
        takeOverAfter: Duration
    ) async throws(ChatError) -> TakeResult

    /// Adds pieces of text to a reply's log and touches the reply; answers the rows as stored, or nil: fenced.
    func append(_ parts: [ReplyPart], reply id: String, attempt: Int) async throws(ChatError) -> [LogRow]?

    /// Says that the worker is alive; false: fenced.
    func touch(reply id: String, attempt: Int) async throws(ChatError) -> Bool

    /// Remembers why an attempt failed, for the wording should it be the last one; the next attempt forgets it; false: fenced.
    func note(_ code: GenerationError.Code, reply id: String, attempt: Int) async throws(ChatError) -> Bool

    /// Ends a running reply as finished, with what its log has: state, text, usage and end row in one transaction.
    func finish(
        reply id: String,
        attempt: Int,
        with end: GenerationEnd
    ) async throws(ChatError) -> EndResult

    /// Ends a reply as failed, in the wording of `code`, or else of the code last noted.
    ///
    /// Only `attempt` may do so; nil is the queue's own word, which is never fenced.
    func fail(
        reply id: String,
        attempt: Int?,
        code: GenerationError.Code?
    ) async throws(ChatError) -> EndResult

    /// Where these replies are, read at one instant; those that are gone are left out.
    func positions(of replies: [String]) async throws(ChatError) -> [ReplyPosition]

    /// The questions before a reply's own on its branch, each with its last answer, oldest first.
    ///
    /// An answer counts if it finished, or was stopped and is not empty. Questions and answers sum up to at most
    /// `byteLimit` bytes. Where they are more, the oldest are left out in large steps: one branch's history keeps its
    /// beginning from question to question until it passes the limit again, since models charge less for what they know.
    func history(before reply: Reply, byteLimit: Int) async throws(ChatError) -> [HistoryTurn]

    /// What a conversation's title can be made of: its first question that was answered, with the answer.
    ///
    /// Nil if the conversation is gone, was titled by its user or by this before, or has no answer.
    func titleSource(conversation id: String) async throws(ChatError) -> TitleSource?

    /// Gives a conversation a title, and adds up what it cost; nil, and only that is done, if it has one from its user
    /// or from this. Its place in the list stays.
    func title(
        conversation id: String,
        as title: String,
        usage: TokenUsage?
    ) async throws(ChatError) -> Conversation?

    /// Does a piece of what keeps the store small, in one transaction that changes about `limit` rows (at least 1).
    ///
    /// Idempotency keys older than a day are forgotten; the rest is as the rules say. Readers notice nothing of folding:
    /// a folded log answers any number with a `reset` row that carries the whole text, and the end row.
    func tidy(_ rules: TidyRules, limit: Int) async throws(ChatError) -> Tidied

    /// Replies that a queue may have lost, in the order of their birth, at most `limit` (at least 1).
    ///
    /// Queued ones count when at least `queuedFor` old, running ones when untouched for `untouchedFor`. `after` is the
    /// last one of the page before; nil is for the first page.
    func sweepCandidates(
        queuedFor: Duration,
        untouchedFor: Duration,
        after: SweepCandidate?,
        limit: Int
    ) async throws(ChatError) -> [SweepCandidate]
}
