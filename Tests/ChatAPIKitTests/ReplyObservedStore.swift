import ChatAPIKit
import PlatformCore

/// What a store was seen to do: which numbers it issued, and whether ever two replies of a conversation ran at once.
final class StoreRecord: Sendable {
    private struct State {
        var issued: [String: [LogRow]] = [:]
        var looks: [Set<String>] = []
        var crowded: [String] = []
        var owners: [String: String] = [:]
        var parents: [String: String] = [:]
    }

    private let state = Lock(State())

    func add(_ rows: [LogRow], of reply: String) {
        state.withLock { $0.issued[reply, default: []] += rows }
    }

    func add(look replies: [String]) {
        state.withLock { $0.looks.append(Set(replies)) }
    }

    func check(_ active: [ReplyPosition]) {
        let running = Dictionary(grouping: active.filter { $0.state == .running }, by: \.conversationID)
        state.withLock { $0.crowded += running.filter { $0.value.count > 1 }.keys }
    }

    func add(_ reply: Reply) { state.withLock { $0.owners[reply.id] = reply.uid } }

    func add(_ message: Message) { state.withLock { $0.parents[message.id] = message.parentID } }

    /// What each message was put behind.
    var parents: [String: String] { state.withLock { $0.parents } }

    /// Whose each reply is that was ever asked for.
    var owners: [String: String] { state.withLock { $0.owners } }

    /// The rows that were issued for a reply, in no order.
    func issued(_ reply: String) -> [LogRow] { state.withLock { $0.issued[reply] ?? [] } }

    /// The replies that each look at positions asked for.
    var looks: [Set<String>] { state.withLock { $0.looks } }

    /// Conversations that were seen with two running replies.
    var crowded: [String] { state.withLock { $0.crowded } }
}

/// A store that keeps a record of what passes through it.
struct ObservedStore: ChatStore {
    let base: any ChatStore
    let record: StoreRecord
    /// Whether a user's call breaks off now, just before or just after it is done.
    let breaks: @Sendable () -> Bool

    init(
        _ base: any ChatStore,
        record: StoreRecord = StoreRecord(),
        breaks: @escaping @Sendable () -> Bool = { false }
    ) {
        self.base = base
        self.record = record
        self.breaks = breaks
    }

    private func mayBreak() throws(ChatError) {
        if breaks() { throw ChatError(.storage, attempted: "go on", cause: "the process is gone") }
    }

    func send(_ message: NewMessage, uid: String) async throws(ChatError) -> SendResult {
        try mayBreak()
        let result = try await base.send(message, uid: uid)
        if case .stored(let sent) = result {
            record.add(sent.reply)
            record.add(sent.message)
        }
        try mayBreak()
        return result
    }

    func regenerate(
        reply id: String,
        uid: String,
        requestID: String?
    ) async throws(ChatError) -> RegenerateResult {
        try mayBreak()
        let result = try await base.regenerate(reply: id, uid: uid, requestID: requestID)
        if case .created(let reply) = result { record.add(reply) }
        try mayBreak()
        return result
    }

    func delete(message id: String, uid: String) async throws(ChatError) -> DeletedMessages? {
        try mayBreak()
        let deleted = try await base.delete(message: id, uid: uid)
        try mayBreak()
        return deleted
    }

    func delete(conversation id: String, uid: String) async throws(ChatError) -> Bool {
        try mayBreak()
        let isDeleted = try await base.delete(conversation: id, uid: uid)
        try mayBreak()
        return isDeleted
    }

    var looks: [Set<String>] { record.looks }

    func takeAttempt(reply id: String, jobID: String, takeOverAfter: Duration) async throws(ChatError) -> TakeResult {
        let result = try await base.takeAttempt(reply: id, jobID: jobID, takeOverAfter: takeOverAfter)
        if case .taken(let attempt) = result {
            record.add([attempt.row], of: id)
            record.check(try await base.activeReplies(uid: attempt.reply.uid))
        }
        return result
    }

    func append(_ parts: [ReplyPart], reply id: String, attempt: Int) async throws(ChatError) -> [LogRow]? {
        let rows = try await base.append(parts, reply: id, attempt: attempt)
        record.add(rows ?? [], of: id)
        return rows
    }

    func stop(reply id: String, uid: String) async throws(ChatError) -> EndResult {
        try mayBreak()
        let result = observe(try await base.stop(reply: id, uid: uid))
        try mayBreak()
        return result
    }

    func finish(reply id: String, attempt: Int, with end: GenerationEnd) async throws(ChatError) -> EndResult {
        observe(try await base.finish(reply: id, attempt: attempt, with: end))
    }

    func fail(reply id: String, attempt: Int?, code: GenerationError.Code?) async throws(ChatError) -> EndResult {
        observe(try await base.fail(reply: id, attempt: attempt, code: code))
    }

    func positions(of replies: [String]) async throws(ChatError) -> [ReplyPosition] {
        record.add(look: replies)
        return try await base.positions(of: replies)
    }

    private func observe(_ result: EndResult) -> EndResult {
        if case .ended(let ended) = result { record.add([ended.row], of: ended.reply.id) }
        return result
    }
}

// What passes through unseen.
extension ObservedStore {
    func conversations(uid: String, cursor: String?, limit: Int) async throws(ChatError) -> ConversationPage? {
        try await base.conversations(uid: uid, cursor: cursor, limit: limit)
    }

    func conversation(_ id: String, uid: String) async throws(ChatError) -> Conversation? {
        try await base.conversation(id, uid: uid)
    }

    func change(
        conversation id: String,
        uid: String,
        _ change: ConversationChange
    ) async throws(ChatError) -> Conversation? {
        try await base.change(conversation: id, uid: uid, change)
    }

    func messages(
        conversation id: String,
        uid: String,
        through: String?,
        before: String?,
        limit: Int
    ) async throws(ChatError) -> MessagePage? {
        try await base.messages(conversation: id, uid: uid, through: through, before: before, limit: limit)
    }

    func messageIDs(
        conversation id: String,
        uid: String,
        _ extent: ConversationExtent
    ) async throws(ChatError) -> [String]? {
        try await base.messageIDs(conversation: id, uid: uid, extent)
    }

    func message(_ id: String, uid: String) async throws(ChatError) -> Message? {
        try await base.message(id, uid: uid)
    }

    func usage(uid: String, days: Int) async throws(ChatError) -> [UsageDay] {
        try await base.usage(uid: uid, days: days)
    }

    func titleSource(conversation id: String) async throws(ChatError) -> TitleSource? {
        try await base.titleSource(conversation: id)
    }

    func title(conversation id: String, as title: String, usage: TokenUsage?) async throws(ChatError) -> Conversation? {
        try await base.title(conversation: id, as: title, usage: usage)
    }

    func tidy(_ rules: TidyRules, limit: Int) async throws(ChatError) -> Tidied {
        try await base.tidy(rules, limit: limit)
    }

    func reply(_ id: String, uid: String) async throws(ChatError) -> Reply? {
        try await base.reply(id, uid: uid)
    }

    func log(reply id: String, uid: String, after: Int) async throws(ChatError) -> ReplyLog? {
        try await base.log(reply: id, uid: uid, after: after)
    }

    func activeReplies(uid: String) async throws(ChatError) -> [ReplyPosition] {
        try await base.activeReplies(uid: uid)
    }

    func touch(reply id: String, attempt: Int) async throws(ChatError) -> Bool {
        try await base.touch(reply: id, attempt: attempt)
    }

    func note(_ code: GenerationError.Code, reply id: String, attempt: Int) async throws(ChatError) -> Bool {
        try await base.note(code, reply: id, attempt: attempt)
    }

    func history(before reply: Reply, byteLimit: Int) async throws(ChatError) -> [HistoryTurn] {
        try await base.history(before: reply, byteLimit: byteLimit)
    }

    func sweepCandidates(
        queuedFor: Duration,
        untouchedFor: Duration,
        after: SweepCandidate?,
        limit: Int
    ) async throws(ChatError) -> [SweepCandidate] {
        try await base.sweepCandidates(queuedFor: queuedFor, untouchedFor: untouchedFor, after: after, limit: limit)
    }
}
