import ChatAPIKit
import PlatformCore

/// A gateway that remembers what it was asked, and answers as told.
final class StubPushClient: PushClient {
    struct State {
        var pushed: [(text: String, uid: String)] = []
        var bound: [(clientID: String, uid: String)] = []
        var bindResult = BindResult.bound
        var unbindResult = true
        var failure: (any Error)?
        var onBind: @Sendable () -> Void = {}
    }

    let state = Lock(State())

    var pushed: [(text: String, uid: String)] { state.withLock(\.pushed) }

    func push(_ text: String, toUid uid: String) async throws {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            state.pushed.append((text, uid))
        }
    }

    func bind(clientID: String, uid: String) async throws -> BindResult {
        let (result, onBind) = try state.withLock { state in
            if let failure = state.failure { throw failure }
            state.bound.append((clientID, uid))
            return (state.bindResult, state.onBind)
        }
        onBind()
        return result
    }

    func unbind(clientID: String, uid: String) async throws -> Bool {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.unbindResult
        }
    }
}

/// A queue that remembers what it was given, or fails.
final class StubDispatcher: JobDispatcher {
    struct State {
        var dispatched: [(replyID: String, partition: String)] = []
        var failure: (any Error)?
    }

    let state = Lock(State())

    var dispatched: [String] { state.withLock { $0.dispatched.map { "\($0.replyID) in \($0.partition)" } } }

    func dispatch(replyID: String, partition: String) async throws {
        try Task.checkCancellation()
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            state.dispatched.append((replyID, partition))
        }
    }
}

/// A store whose answers are given beforehand, and which can break.
final class StubChatStore: ChatStore {
    struct State {
        var calls: [String] = []
        var isBroken = false
        var send = SendResult.notFound
        var sent: [NewMessage] = []
        var conversations: ConversationPage? = ConversationPage(conversations: [], nextCursor: nil)
        var conversation: Conversation?
        var messages: MessagePage?
        var changes: [ConversationChange] = []
        var deleted: DeletedMessages?
        var log: ReplyLog?
        var active: [ReplyPosition] = []
        var stop = EndResult.notFound
        var regenerate = RegenerateResult.notFound
        var usage: [UsageDay] = []
    }

    let state = Lock(State())

    var calls: [String] { state.withLock(\.calls) }

    /// How often a method was called.
    func count(of method: String) -> Int { calls.count { $0.hasPrefix(method) } }

    /// Sets what the log has, as if a worker had written it.
    func setLog(_ rows: [LogRow], _ state: ReplyState) {
        self.state.withLock {
            $0.log = ReplyLog(rows: rows, state: state, attempt: 1, lastSeq: rows.last?.seq ?? 0)
        }
    }

    private func answer<Answer>(_ call: String, _ read: (inout State) -> Answer) throws(ChatError) -> Answer {
        try state.withLock { state throws(ChatError) in
            state.calls.append(call)
            if state.isBroken { throw ChatError(.storage, attempted: call, cause: "the disk is full") }
            return read(&state)
        }
    }

    func send(_ message: NewMessage, uid: String) async throws(ChatError) -> SendResult {
        try answer("send \(uid)") { state in
            state.sent.append(message)
            return state.send
        }
    }

    func conversations(uid: String, cursor: String?, limit: Int) async throws(ChatError) -> ConversationPage? {
        try answer("conversations \(uid) \(cursor ?? "-") \(limit)") { $0.conversations }
    }

    func conversation(_ id: String, uid: String) async throws(ChatError) -> Conversation? {
        try answer("conversation \(id) \(uid)") { $0.conversation }
    }

    func change(
        conversation id: String,
        uid: String,
        _ change: ConversationChange
    ) async throws(ChatError) -> Conversation? {
        try answer("change \(id) \(uid)") { state in
            state.changes.append(change)
            if let title = change.title { state.conversation?.title = title }
            return state.conversation
        }
    }

    func delete(conversation id: String, uid: String) async throws(ChatError) -> Bool {
        try answer("delete \(id) \(uid)") { $0.conversation != nil }
    }

    func delete(message id: String, uid: String) async throws(ChatError) -> DeletedMessages? {
        try answer("delete message \(id) \(uid)") { $0.deleted }
    }

    func messages(
        conversation id: String,
        uid: String,
        through: String?,
        before: String?,
        limit: Int
    ) async throws(ChatError) -> MessagePage? {
        try answer("messages \(id) \(uid) \(through ?? "-") \(before ?? "-") \(limit)") { $0.messages }
    }

    func messageIDs(
        conversation id: String,
        uid: String,
        _ extent: ConversationExtent
    ) async throws(ChatError) -> [String]? {
        try answer("messageIDs \(id) \(uid) \(extent)") { $0.messages?.messages.map(\.id) }
    }

    func message(_ id: String, uid: String) async throws(ChatError) -> Message? {
        try answer("message \(id) \(uid)") { $0.messages?.messages.first { $0.id == id } }
    }

    func usage(uid: String, days: Int) async throws(ChatError) -> [UsageDay] {
        try answer("usage \(uid) \(days)") { $0.usage }
    }

    func reply(_ id: String, uid: String) async throws(ChatError) -> Reply? {
        try answer("reply \(id) \(uid)") { _ in nil }
    }

    func log(reply id: String, uid: String, after: Int) async throws(ChatError) -> ReplyLog? {
        try answer("log \(id) \(uid) \(after)") { state in
            guard var log = state.log else { return nil }
            log.rows.removeAll { $0.seq <= after }
            return log
        }
    }

    func activeReplies(uid: String) async throws(ChatError) -> [ReplyPosition] {
        try answer("activeReplies \(uid)") { $0.active }
    }

    func stop(reply id: String, uid: String) async throws(ChatError) -> EndResult {
        try answer("stop \(id) \(uid)") { $0.stop }
    }

    func regenerate(
        reply id: String,
        uid: String,
        requestID: String?
    ) async throws(ChatError) -> RegenerateResult {
        try answer("regenerate \(id) \(uid)") { $0.regenerate }
    }

    func positions(of replies: [String]) async throws(ChatError) -> [ReplyPosition] {
        try answer("positions \(replies.joined(separator: " "))") { state in
            guard let log = state.log else { return [] }
            return replies.map {
                ReplyPosition(
                    replyID: $0,
                    messageID: "m1",
                    conversationID: "c1",
                    state: log.state,
                    attempt: log.attempt,
                    lastSeq: log.lastSeq
                )
            }
        }
    }

    // What workers do is not the API's.

    func takeAttempt(reply: String, jobID: String, takeOverAfter: Duration) async throws(ChatError) -> TakeResult {
        .notFound
    }

    func append(_ parts: [ReplyPart], reply: String, attempt: Int) async throws(ChatError) -> [LogRow]? { nil }

    func touch(reply: String, attempt: Int) async throws(ChatError) -> Bool { false }

    func note(_ code: GenerationError.Code, reply: String, attempt: Int) async throws(ChatError) -> Bool { false }

    func finish(reply: String, attempt: Int, with end: GenerationEnd) async throws(ChatError) -> EndResult {
        .notFound
    }

    func fail(reply: String, attempt: Int?, code: GenerationError.Code?) async throws(ChatError) -> EndResult {
        .notFound
    }

    func titleSource(conversation id: String) async throws(ChatError) -> TitleSource? { nil }

    func title(conversation id: String, as title: String, usage: TokenUsage?) async throws(ChatError) -> Conversation? {
        nil
    }

    func tidy(_ rules: TidyRules, limit: Int) async throws(ChatError) -> Tidied { Tidied(isDone: true) }

    func history(before reply: Reply, byteLimit: Int) async throws(ChatError) -> [HistoryTurn] { [] }

    func sweepCandidates(
        queuedFor: Duration,
        untouchedFor: Duration,
        after: SweepCandidate?,
        limit: Int
    ) async throws(ChatError) -> [SweepCandidate] {
        []
    }
}
