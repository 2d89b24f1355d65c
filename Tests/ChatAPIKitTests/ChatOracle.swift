import ChatAPIKit

/// What a store must answer to a history of calls, in the plainest data there are: the model of the model tests.
struct ChatOracle {
    struct Answer {
        let id: String
        var state = ReplyState.queued
        var attempt = 0
        var lastSeq = 0
        var job = ""
        var touchedAt: Int64
        /// What the running attempt, or the one that ended, said.
        var parts: [ReplyPart] = []

        func text(_ kind: LogKind) -> String { parts.filter { $0.kind == kind }.map(\.text).joined() }
    }

    struct Question {
        let id: String
        var parent: String?
        let content: String
        var answers: [Answer]
    }

    struct Thread {
        let id: String
        let uid: String
        var title: String
        var updatedAt: Int64
        /// In the order in which they were stored.
        var questions: [Question] = []
        /// Answers of all times that finished or were stopped.
        var counted = 0
    }

    /// How long a key is good, in milliseconds.
    static let day: Int64 = 86_400_000

    private(set) var threads: [Thread] = []
    private(set) var counted: [String: Int] = [:]
    /// By user: what was last stored with a key, and when.
    private var keys: [String: [String: (request: NewMessage, message: String, at: Int64)]] = [:]

    // MARK: Where things are

    func thread(_ id: String, of uid: String) -> Thread? { threads.first { $0.id == id && $0.uid == uid } }

    /// Where a message is.
    func question(_ id: String, of uid: String? = nil) -> (thread: Int, question: Int)? {
        for (index, thread) in threads.enumerated() where uid == nil || thread.uid == uid {
            if let question = thread.questions.firstIndex(where: { $0.id == id }) { return (index, question) }
        }
        return nil
    }

    /// Where a reply is.
    func answer(_ id: String, of uid: String? = nil) -> (thread: Int, question: Int, answer: Int)? {
        for (index, thread) in threads.enumerated() where uid == nil || thread.uid == uid {
            for (number, question) in thread.questions.enumerated() {
                if let answer = question.answers.firstIndex(where: { $0.id == id }) { return (index, number, answer) }
            }
        }
        return nil
    }

    subscript(place: (thread: Int, question: Int, answer: Int)) -> Answer {
        get { threads[place.thread].questions[place.question].answers[place.answer] }
        set { threads[place.thread].questions[place.question].answers[place.answer] = newValue }
    }

    /// The replies of a conversation that have not ended, in the order of asking.
    func unfinished(in thread: Int) -> [Answer] {
        // Ids are ordered by time only; the store's order is that of asking.
        order.compactMap { id in threads[thread].questions.lazy.flatMap(\.answers).first { $0.id == id } }
            .filter { !$0.state.isEnd }
    }

    /// Every reply that was ever asked for.
    private(set) var order: [String] = []

    /// A message's way up, itself first.
    func path(from id: String) -> [Question] {
        var path: [Question] = []
        var next: String? = id
        while let id = next, let place = question(id) {
            path.append(threads[place.thread].questions[place.question])
            next = path.last?.parent
        }
        return path
    }

    /// The branch through a message down to its newest descendants, or the one of the newest message.
    func branch(of thread: Thread, through id: String?) -> [String] {
        var last = thread.questions.last?.id
        if let id, thread.questions.contains(where: { $0.id == id }) {
            last = id
            while let child = thread.questions.last(where: { $0.parent == last }) { last = child.id }
        }
        return last.map { path(from: $0).map(\.id).reversed() } ?? []
    }

    // MARK: What becomes of a call

    enum Sending: Equatable {
        case stored, conflict, notFound, parentNotFound
        case repeated(message: String)
    }

    /// What sending this must come to.
    func sending(_ message: NewMessage, _ uid: String, at now: Int64) -> Sending {
        if let key = message.idempotencyKey, let earlier = keys[uid]?[key], now - earlier.at < Self.day {
            guard question(earlier.message) != nil else { return .notFound }
            return earlier.request == message ? .repeated(message: earlier.message) : .conflict
        }
        switch message.place {
        case .newConversation: return .stored
        case .conversation(let id, let after):
            guard let thread = thread(id, of: uid) else { return .notFound }
            return after == nil || thread.questions.contains { $0.id == after } ? .stored : .parentNotFound
        case .beside(let id): return question(id, of: uid) == nil ? .notFound : .stored
        }
    }

    mutating func store(_ request: NewMessage, _ sent: SentMessage, _ uid: String, at now: Int64) {
        var parent: String?
        switch request.place {
        case .newConversation:
            let title = Conversation.title(from: request.content)
            threads.append(Thread(id: sent.conversation.id, uid: uid, title: title, updatedAt: now))
        case .conversation(let id, let after): parent = after ?? thread(id, of: uid)?.questions.last?.id
        case .beside(let id): parent = path(from: id).first?.parent
        }
        guard let index = threads.firstIndex(where: { $0.id == sent.conversation.id }) else { return }
        threads[index].updatedAt = max(threads[index].updatedAt, now)
        let answer = Answer(id: sent.reply.id, touchedAt: now)
        threads[index].questions.append(
            Question(id: sent.message.id, parent: parent, content: request.content, answers: [answer])
        )
        order.append(answer.id)
        if let key = request.idempotencyKey { keys[uid, default: [:]][key] = (request, sent.message.id, now) }
    }

    mutating func add(answer id: String, to place: (thread: Int, question: Int), at now: Int64) {
        threads[place.thread].questions[place.question].answers.append(Answer(id: id, touchedAt: now))
        order.append(id)
    }

    mutating func end(_ place: (thread: Int, question: Int, answer: Int), as state: ReplyState) {
        self[place].state = state
        self[place].lastSeq += 1
        guard state != .failed else { return }
        threads[place.thread].counted += 1
        counted[threads[place.thread].uid, default: 0] += 1
    }

    /// Deletes a message; the ids that go.
    mutating func delete(_ place: (thread: Int, question: Int)) -> Set<String> {
        let question = threads[place.thread].questions[place.question]
        let siblings = threads[place.thread].questions.filter { $0.parent == question.parent }
        var gone: Set = [question.id]
        if siblings.count > 1 {
            // Children are stored after their parents, so one pass finds them all.
            for other in threads[place.thread].questions where other.parent.map(gone.contains) ?? false {
                gone.insert(other.id)
            }
        } else {
            for index in threads[place.thread].questions.indices
            where threads[place.thread].questions[index].parent == question.id {
                threads[place.thread].questions[index].parent = question.parent
            }
        }
        threads[place.thread].questions.removeAll { gone.contains($0.id) }
        return gone
    }

    mutating func removeThreads(where isGone: (Thread) -> Bool) { threads.removeAll(where: isGone) }

    mutating func rename(_ id: String, to title: String) {
        for index in threads.indices where threads[index].id == id { threads[index].title = title }
    }
}
