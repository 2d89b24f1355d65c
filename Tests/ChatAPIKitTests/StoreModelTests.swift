import ChatAPIKit
import TestSupport
import Testing

/// Random histories of everything that can be asked of a store, held against `ChatOracle` after each step.
///
/// Two processes have the file open, and now and then one of them is replaced; what is asked may be long deleted or another
/// user's, and a worker may be one that lost its attempt.
@Suite struct StoreModelTests {
    @Test(arguments: ModelSeeds.all(40))
    func `whatever is asked in whatever order, the store answers as the model does`(seed: Int) async throws {
        let history = try StoreHistory(seed: seed)
        for step in 0..<120 {
            do {
                try await history.step()
                if step % 10 == 9 { try await history.checkAll() }
            } catch {
                Issue.record("HAWK_MODEL_SEED=\(seed), step \(step): \(error)\n\(history.told.joined(separator: "\n"))")
                return
            }
        }
    }
}

/// One history: a store, what it must say, and the dice that decide what is asked next.
private final class StoreHistory {
    static let uids = ["ann", "bob"]
    private let fixture: StoreFixture
    private let dice: Dice
    private var stores: [SQLiteChatStore]
    private var oracle = ChatOracle()
    /// What was asked so far, for a failing test.
    private(set) var told: [String] = []
    private var asked: [(uid: String, request: NewMessage)] = []
    private var questions: [String] = ["none"]
    private var answers: [String] = ["none"]
    private var threads: [String] = ["none"]
    private var views: [String: ReplyView] = [:]

    init(seed: Int) throws {
        fixture = try StoreFixture()
        dice = Dice(seed: UInt64(seed))
        stores = [fixture.store, try fixture.secondStore()]
    }

    private var store: SQLiteChatStore { stores[dice.roll(0..<2)] }
    private var now: Int64 { fixture.time.now }
    private var uid: String { Self.uids[dice.roll(0..<2)] }

    /// Mostly one of the last, which are likely to be there still.
    private func one(of ids: [String]) -> String {
        let first = dice.hits(70) ? max(0, ids.count - 6) : 0
        return ids[dice.roll(first..<ids.count)]
    }

    /// Mostly whose it is, sometimes another.
    private func uid(_ owner: Int?) -> String {
        guard let owner, !dice.hits(8) else { return uid }
        return oracle.threads[owner].uid
    }

    func step() async throws {
        switch dice.roll(0..<100) {
        case ..<26: try await send()
        case ..<32: try await regenerate()
        case ..<47: try await take()
        case ..<62: try await append()
        case ..<73: try await end()
        case ..<78: try await stop()
        case ..<84: try await deleteMessage()
        case ..<85: try await deleteThread()
        case ..<87: try await rename()
        case ..<92: try await tidy()
        case ..<93: try await reopen()
        default: advance()
        }
    }

    private func say(_ text: String) { told.append("\(told.count) \(text)") }

    private func require(_ isSo: Bool, _ what: @autoclosure () -> String) throws {
        if !isSo { throw Unexpected(what()) }
    }

    // MARK: Users

    private func send() async throws {
        let (uid, request) = dice.hits(15) && !asked.isEmpty ? asked[dice.roll(0..<asked.count)] : newRequest()
        let expected = oracle.sending(request, uid, at: now)
        say("send \(request) by \(uid): \(expected)")
        let result = try await store.send(request, uid: uid)
        switch (result, expected) {
        case (.stored(let sent), .stored):
            oracle.store(request, sent, uid, at: now)
            asked.append((uid, request))
            questions.append(sent.message.id)
            answers.append(sent.reply.id)
            threads.append(sent.conversation.id)
        case (.repeated(let sent), .repeated(let message)):
            let place = oracle.question(message)!
            let first = oracle.threads[place.thread].questions[place.question].answers[0].id
            try require(sent.message.id == message && sent.reply.id == first, "repeated as \(sent)")
        case (.conflict, .conflict), (.notFound, .notFound), (.parentNotFound, .parentNotFound): break
        default: throw Unexpected("\(result), not \(expected)")
        }
    }

    private func newRequest() -> (String, NewMessage) {
        let thread = one(of: threads)
        let question = one(of: questions)
        let owner = oracle.threads.firstIndex { $0.id == thread }
        let key = dice.hits(40) ? "key \(dice.roll(0..<12))" : nil
        let content = "question \(told.count)"
        switch dice.roll(0..<10) {
        case 0: return (uid, NewMessage(content: content, idempotencyKey: key))
        case ..<5: return (uid(owner), NewMessage(in: .conversation(thread), content: content, idempotencyKey: key))
        case ..<7:
            let place = NewMessage.Place.conversation(thread, after: question)
            return (uid(owner), NewMessage(in: place, content: content, idempotencyKey: key))
        default:
            let user = uid(oracle.question(question)?.thread)
            return (user, NewMessage(in: .beside(question), content: content, idempotencyKey: key))
        }
    }

    private func regenerate() async throws {
        let id = one(of: answers)
        let uid = uid(oracle.answer(id)?.thread)
        say("regenerate \(id) by \(uid)")
        let result = try await store.regenerate(reply: id, uid: uid, requestID: nil)
        guard let place = oracle.answer(id, of: uid) else { return try require(result == .notFound, "\(result)") }
        let siblings = oracle.threads[place.thread].questions[place.question].answers
        switch result {
        case .created(let reply):
            try require(siblings.allSatisfy(\.state.isEnd), "\(reply.id) beside an unfinished one")
            oracle.add(answer: reply.id, to: (place.thread, place.question), at: now)
            answers.append(reply.id)
        case .unfinished(let reply):
            try require(siblings.contains { $0.id == reply.id && !$0.state.isEnd }, "\(reply) is unfinished")
        case .notFound: throw Unexpected("\(id) is not found")
        }
    }

    private func stop() async throws {
        let id = one(of: answers)
        let uid = uid(oracle.answer(id)?.thread)
        say("stop \(id) by \(uid)")
        let result = try await store.stop(reply: id, uid: uid)
        guard let place = oracle.answer(id, of: uid) else { return try require(result == .notFound, "\(result)") }
        try check(result, place, as: .stopped, isFenced: false)
    }

    private func deleteMessage() async throws {
        let id = one(of: questions)
        let uid = uid(oracle.question(id)?.thread)
        say("delete message \(id) by \(uid)")
        let deleted = try await store.delete(message: id, uid: uid)
        guard let place = oracle.question(id, of: uid) else { return try require(deleted == nil, "deleted") }
        let ids = oracle.delete(place)
        try require(deleted.map { Set($0.ids) } == ids, "\(String(describing: deleted)) for \(ids)")
    }

    private func deleteThread() async throws {
        let id = one(of: threads)
        let uid = uid(oracle.threads.firstIndex { $0.id == id })
        say("delete conversation \(id) by \(uid)")
        let isDeleted = try await store.delete(conversation: id, uid: uid)
        try require(isDeleted == (oracle.thread(id, of: uid) != nil), "\(isDeleted)")
        oracle.removeThreads { $0.id == id && $0.uid == uid }
    }

    private func rename() async throws {
        let id = one(of: threads)
        let uid = uid(oracle.threads.firstIndex { $0.id == id })
        say("rename \(id) by \(uid)")
        let title = "title \(told.count)"
        let changed = try await store.change(conversation: id, uid: uid, ConversationChange(title: title))
        try require((changed != nil) == (oracle.thread(id, of: uid) != nil), "\(String(describing: changed))")
        if changed != nil { oracle.rename(id, to: title) }
    }

    // MARK: Workers

    private func take() async throws {
        let waiting = oracle.threads.indices.flatMap { oracle.unfinished(in: $0) }.map(\.id)
        let id = waiting.isEmpty || dice.hits(20) ? one(of: answers) : one(of: waiting)
        let job = "job \(dice.roll(0..<3))"
        say("take \(id) for \(job)")
        let result = try await store.takeAttempt(reply: id, jobID: job, takeOverAfter: .seconds(30))
        guard let place = oracle.answer(id) else { return try require(result == .notFound, "\(result)") }
        let answer = oracle[place]
        if answer.state.isEnd {
            guard case .ended(let end) = result else { throw Unexpected("\(result), but it ended") }
            return try require(end.row.seq == answer.lastSeq, "ended with \(end.row)")
        }
        if answer.state == .running, answer.job != job, now - answer.touchedAt < 30_000 {
            return try require(result == .held(for: .milliseconds(30_000 - now + answer.touchedAt)), "\(result)")
        }
        let first = oracle.unfinished(in: place.thread)[0].id
        if first != id {
            let candidate = SweepCandidate(replyID: first, conversationID: oracle.threads[place.thread].id)
            return try require(result == .waiting(for: candidate), "\(result), but \(first) comes first")
        }
        let taken = try result.taken
        oracle[place].state = .running
        oracle[place].job = job
        oracle[place].attempt += 1
        oracle[place].lastSeq += 1
        oracle[place].touchedAt = now
        oracle[place].parts = []
        try require(taken.reply.attempt == oracle[place].attempt && taken.row.seq == oracle[place].lastSeq, "\(taken)")
        try require(taken.question == oracle.threads[place.thread].questions[place.question].content, "\(taken)")
        try await checkHistory(taken.reply)
    }

    /// What the model is sent is the branch that the question is on, and nothing of its other versions.
    private func checkHistory(_ reply: Reply) async throws {
        let path = oracle.path(from: reply.messageID).dropFirst().reversed()
        let expected = path.map { question in
            let answers = question.answers.filter { [.finished, .stopped].contains($0.state) }
            return HistoryTurn(
                question: question.content,
                answer: answers.map { $0.text(.content) }.last { !$0.isEmpty }
            )
        }
        let history = try await store.history(before: reply, byteLimit: 1 << 20)
        try require(history == expected, "the history \(history) is not \(expected)")
    }

    /// A running reply and an attempt that is mostly its own.
    private func running() -> (id: String, place: (thread: Int, question: Int, answer: Int)?, attempt: Int) {
        let running = oracle.threads.flatMap(\.questions).flatMap(\.answers).filter { $0.state == .running }
        let id = running.isEmpty || dice.hits(15) ? one(of: answers) : one(of: running.map(\.id))
        let place = oracle.answer(id)
        return (id, place, (place.map { oracle[$0].attempt } ?? 1) - (dice.hits(10) ? 1 : 0))
    }

    private func isFenced(_ place: (thread: Int, question: Int, answer: Int)?, _ attempt: Int) -> Bool {
        place.map { oracle[$0].state != .running || oracle[$0].attempt != attempt } ?? true
    }

    private func append() async throws {
        let (id, place, attempt) = running()
        let parts = (0..<dice.roll(1..<4)).map { number in
            dice.hits(50) ? ReplyPart.content("\(told.count).\(number) ") : .reasoning("\(told.count).\(number) ")
        }
        say("append to \(id) as \(attempt)")
        let rows = try await store.append(parts, reply: id, attempt: attempt)
        guard let place, !isFenced(place, attempt) else { return try require(rows == nil, "not fenced") }
        let first = oracle[place].lastSeq + 1
        try require(rows?.map(\.seq) == Array(first..<first + parts.count), "\(String(describing: rows))")
        oracle[place].lastSeq += parts.count
        oracle[place].touchedAt = now
        oracle[place].parts += parts
    }

    private func end() async throws {
        let (id, place, attempt) = running()
        let state = dice.hits(70) ? ReplyState.finished : .failed
        let isQueue = state == .failed && dice.hits(50)
        say("\(state) \(id) as \(isQueue ? "the queue" : "\(attempt)")")
        let result =
            state == .finished
            ? try await store.finish(reply: id, attempt: attempt, with: GenerationEnd(finishReason: "stop"))
            : try await store.fail(reply: id, attempt: isQueue ? nil : attempt, code: .busy)
        guard let place else { return try require(result == .notFound, "\(result)") }
        try check(result, place, as: state, isFenced: !isQueue && isFenced(place, attempt))
    }

    private func check(
        _ result: EndResult,
        _ place: (thread: Int, question: Int, answer: Int),
        as state: ReplyState,
        isFenced: Bool
    ) throws {
        if isFenced { return try require(result == .fenced, "\(result), not fenced") }
        if oracle[place].state.isEnd {
            guard case .alreadyEnded(let end) = result, end.reply.state == oracle[place].state else {
                throw Unexpected("\(result), but it had ended \(oracle[place].state)")
            }
            return
        }
        let ended = try result.ended
        oracle.end(place, as: state)
        try require(ended.row.seq == oracle[place].lastSeq, "ended with \(ended.row)")
    }

    // MARK: Time and machines

    private func advance() {
        let age: Duration = dice.hits(6) ? .seconds(dice.roll(1..<90_000)) : .milliseconds(dice.roll(1..<40_000))
        say("\(age) pass")
        fixture.time.advance(by: age)
    }

    /// Two days are kept; the rest goes in pieces of any size, of which the last may be left for another time.
    private func tidy() async throws {
        let isWhole = dice.hits(50)
        let rules = TidyRules(foldAfter: .seconds(dice.roll(0..<60)), keepFor: isWhole ? .seconds(172_800) : nil)
        say("tidy \(rules)")
        var removed: Set<String> = []
        while true {
            let tidied = try await store.tidy(rules, limit: dice.roll(1..<8))
            removed.formUnion(tidied.removed.map(\.id))
            if tidied.isDone || !isWhole { break }
        }
        let expired = oracle.threads.filter { isWhole && $0.updatedAt <= now - 172_800_000 }.map(\.id)
        try require(removed == Set(expired), "\(removed) were removed, not \(expired)")
        oracle.removeThreads { expired.contains($0.id) }
    }

    private func reopen() async throws {
        say("reopen")
        let index = dice.roll(0..<2)
        await stores[index].close()
        stores[index] = try fixture.secondStore()
    }

    // MARK: What there is

    /// Everything of every user, as each method tells it.
    func checkAll() async throws {
        for uid in Self.uids {
            let mine = oracle.threads.filter { $0.uid == uid }
            let listed = mine.sorted { ($0.updatedAt, $0.id) > ($1.updatedAt, $1.id) }.map(\.id)
            try require(try await conversations(uid) == listed, "the list of \(uid) is not \(listed)")
            for thread in mine { try await check(thread) }
            let active = oracle.order.filter { id in
                oracle.answer(id, of: uid).map { !oracle[$0].state.isEnd } ?? false
            }
            try require(try await store.activeReplies(uid: uid).map(\.replyID) == active, "not active: \(active)")
            let replies = try await store.usage(uid: uid, days: 1000).map(\.total.replies).reduce(0, +)
            try require(replies == oracle.counted[uid] ?? 0, "\(replies) replies counted for \(uid)")
        }
        for id in answers where oracle.answer(id) == nil {
            for uid in Self.uids { try require(try await store.reply(id, uid: uid) == nil, "\(id) is there") }
        }
    }

    private func conversations(_ uid: String) async throws -> [String] {
        var ids: [String] = []
        var cursor: String?
        repeat {
            let page = try await store.conversations(uid: uid, cursor: cursor, limit: dice.roll(1..<5))
            ids += page?.conversations.map(\.id) ?? []
            cursor = page?.nextCursor
        } while cursor != nil
        return ids
    }

    private func check(_ thread: ChatOracle.Thread) async throws {
        let found = try await store.conversation(thread.id, uid: thread.uid)
        try require(found?.title == thread.title && found?.updatedAt == thread.updatedAt, "\(found!), not \(thread)")
        try require(found?.usage.replies == thread.counted, "\(found!) counts otherwise than \(thread.counted)")
        let ids = try await store.messageIDs(conversation: thread.id, uid: thread.uid, .everything)
        try require(ids == thread.questions.map(\.id), "\(ids ?? []), not \(thread.questions.map(\.id))")
        for question in thread.questions {
            let versions = thread.questions.filter { $0.parent == question.parent }.map(\.id)
            guard let message = try await store.message(question.id, uid: thread.uid) else {
                throw Unexpected("\(question.id) is missing")
            }
            try require(
                message.parentID == question.parent && message.versions == versions
                    && message.content == question.content && message.replies.map(\.id) == question.answers.map(\.id),
                "\(message), not \(question)"
            )
            for (reply, answer) in zip(message.replies, question.answers) { try await check(reply, answer, thread.uid) }
            for other in Self.uids where other != thread.uid {
                try require(try await store.message(question.id, uid: other) == nil, "\(other) reads \(question.id)")
            }
        }
        let through = dice.hits(30) ? nil : thread.questions.last.map { _ in one(of: thread.questions.map(\.id)) }
        let branch = oracle.branch(of: thread, through: through)
        let shown = try await pages(thread, through)
        try require(shown == branch, "through \(through ?? "-"): \(shown), not \(branch)")
    }

    /// A branch as the page loads it: from its end upwards.
    private func pages(_ thread: ChatOracle.Thread, _ through: String?) async throws -> [String] {
        var ids: [String] = []
        while true {
            let page = try await store.messages(
                conversation: thread.id,
                uid: thread.uid,
                through: through,
                before: ids.first,
                limit: dice.roll(1..<4)
            )
            guard let page else { throw Unexpected("no page of \(thread.id)") }
            ids = page.messages.map(\.id) + ids
            if !page.hasEarlier { return ids }
        }
    }

    /// The stored reply, and a device that follows its log from where it was when it looked last.
    private func check(_ reply: Reply, _ answer: ChatOracle.Answer, _ uid: String) async throws {
        try require(
            reply.state == answer.state && reply.attempt == answer.attempt && reply.lastSeq == answer.lastSeq,
            "\(reply), not \(answer)"
        )
        let text = answer.state.isEnd ? answer.text(.content) : ""
        try require(reply.content == text, "the text of \(reply) is not \(text)")
        var view = views[reply.id] ?? ReplyView()
        guard let log = try await store.log(reply: reply.id, uid: uid, after: view.last) else {
            throw Unexpected("no log of \(reply.id)")
        }
        try view.receive(log.rows)
        views[reply.id] = view
        try require(
            view.content == answer.text(.content) && view.reasoning == answer.text(.reasoning)
                && view.last == answer.lastSeq && view.end == (answer.state.isEnd ? "reply.\(answer.state)" : nil),
            "a device shows \(view) of \(answer)"
        )
        for other in Self.uids where other != uid {
            try require(
                try await store.log(reply: reply.id, uid: other, after: 0) == nil,
                "\(other) reads the log of \(reply.id)"
            )
        }
    }
}
