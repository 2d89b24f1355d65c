import ChatAPIKit
import PlatformCore
import TestSupport

/// A store in a file of its own, with a clock that the test sets.
final class StoreFixture: Sendable {
    let directory = TemporaryDirectory()
    let time = SettableTime()
    let store: SQLiteChatStore

    init() throws {
        store = try SQLiteChatStore(path: directory.file("chat.sqlite"), clock: time.clock)
    }

    /// The same file as another process would open it.
    func secondStore() throws -> SQLiteChatStore {
        try SQLiteChatStore(path: directory.file("chat.sqlite"), clock: time.clock)
    }

    /// Sends a message that must be accepted.
    @discardableResult
    func send(
        _ content: String = "Why?",
        in conversation: String? = nil,
        uid: String = "ann",
        key: String? = nil
    ) async throws -> SentMessage {
        let place = conversation.map { NewMessage.Place.conversation($0) } ?? .newConversation
        let message = NewMessage(in: place, content: content, idempotencyKey: key)
        return try await store.send(message, uid: uid).sent
    }

    /// Takes a reply that must be free.
    @discardableResult
    func take(_ reply: String, job: String = "job-1") async throws -> TakenAttempt {
        try await store.takeAttempt(reply: reply, jobID: job, takeOverAfter: .seconds(30)).taken
    }

    /// Sends a message and brings its reply to an end.
    @discardableResult
    func answered(
        _ content: String,
        by answer: String,
        in conversation: String? = nil,
        uid: String = "ann"
    ) async throws -> SentMessage {
        let sent = try await send(content, in: conversation, uid: uid)
        let attempt = try await take(sent.reply.id).reply.attempt
        _ = try await store.append([.content(answer)], reply: sent.reply.id, attempt: attempt)
        _ = try await store.finish(reply: sent.reply.id, attempt: attempt, with: .init(finishReason: "stop")).ended
        return sent
    }

    /// A reply as its user sees it.
    func reply(_ id: String, uid: String = "ann") async throws -> Reply {
        guard let reply = try await store.reply(id, uid: uid) else { throw Unexpected("no reply \(id)") }
        return reply
    }

    /// The whole log of a reply.
    func log(_ id: String, after: Int = 0, uid: String = "ann") async throws -> ReplyLog {
        guard let log = try await store.log(reply: id, uid: uid, after: after) else {
            throw Unexpected("no log of \(id)")
        }
        return log
    }
}

/// Wall-clock time that moves only when a test says so.
final class SettableTime: Sendable {
    private let milliseconds = Lock<Int64>(1_700_000_000_000)

    var clock: WallClock { WallClock { self.now } }

    var now: Int64 { milliseconds.withLock { $0 } }

    func advance(by duration: Duration) {
        milliseconds.withLock { $0 += duration.milliseconds }
    }
}

/// A result that the test did not ask for.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension SendResult {
    /// What was stored now; anything else fails the test.
    var sent: SentMessage {
        get throws {
            guard case .stored(let sent) = self else { throw Unexpected("\(self)") }
            return sent
        }
    }
}

extension TakeResult {
    /// The attempt; anything else fails the test.
    var taken: TakenAttempt {
        get throws {
            guard case .taken(let attempt) = self else { throw Unexpected("\(self)") }
            return attempt
        }
    }
}

extension EndResult {
    /// What ended now; anything else fails the test.
    var ended: EndedReply {
        get throws {
            guard case .ended(let ended) = self else { throw Unexpected("\(self)") }
            return ended
        }
    }
}
