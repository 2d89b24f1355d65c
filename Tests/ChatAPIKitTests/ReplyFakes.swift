import ChatAPIKit
import PlatformCore

/// A model that does what the test says.
struct ScriptedModel: ReplyGenerator {
    var answer: @Sendable (ReplyPrompt, @Sendable (ReplyPart) -> Void) async throws -> GenerationEnd

    func generate(_ prompt: ReplyPrompt, receive: @Sendable (ReplyPart) -> Void) async throws -> GenerationEnd {
        try await answer(prompt, receive)
    }

    /// Says these pieces at once and ends.
    static func saying(_ parts: ReplyPart...) -> ScriptedModel {
        ScriptedModel { _, receive in
            for part in parts { receive(part) }
            return GenerationEnd(finishReason: "stop")
        }
    }

    /// Says these pieces and then nothing, until it is cancelled, which is told by `cancelled`.
    static func stalling(after parts: ReplyPart..., cancelled: @escaping @Sendable () -> Void = {}) -> ScriptedModel {
        ScriptedModel { _, receive in
            for part in parts { receive(part) }
            defer { cancelled() }
            try await Task.sleep(for: .seconds(3600))
            return GenerationEnd(finishReason: "stop")
        }
    }

    /// Says these pieces and breaks.
    static func failing(_ error: any Error & Sendable, after parts: ReplyPart...) -> ScriptedModel {
        ScriptedModel { _, receive in
            for part in parts { receive(part) }
            throw error
        }
    }
}

/// A gateway that keeps what is pushed to each user.
final class RecordingGateway: PushClient {
    private let pushed = Lock<[(uid: String, text: String)]>([])
    private let onPush: @Sendable (String, String) async throws -> Void

    init(onPush: @escaping @Sendable (String, String) async throws -> Void = { _, _ in }) {
        self.onPush = onPush
    }

    func push(_ text: String, toUid uid: String) async throws {
        try await onPush(text, uid)
        pushed.withLock { $0.append((uid, text)) }
    }

    func bind(clientID: String, uid: String) async throws -> BindResult { .bound }

    func unbind(clientID: String, uid: String) async throws -> Bool { true }

    /// What was pushed to a user, in order.
    func texts(uid: String = "ann") -> [String] {
        pushed.withLock { $0.filter { $0.uid == uid }.map(\.text) }
    }

    /// What was pushed to a user, in order, as JSON.
    func events(uid: String = "ann") throws -> [JSON] {
        try texts(uid: uid).map { try JSON(parsing: Array($0.utf8), maximumBytes: 1 << 20) }
    }

    /// The types of what was pushed to a user, in order.
    func types(uid: String = "ann") throws -> [String] {
        try events(uid: uid).map { $0["type"]?.text ?? "?" }
    }

    var uids: Set<String> { pushed.withLock { Set($0.map(\.uid)) } }
}

/// A queue that keeps what was dispatched.
final class RecordingDispatcher: JobDispatcher {
    private let dispatched = Lock<[SweepCandidate]>([])
    private let onDispatch: @Sendable (String) throws -> Void

    init(onDispatch: @escaping @Sendable (String) throws -> Void = { _ in }) {
        self.onDispatch = onDispatch
    }

    func dispatch(replyID: String, partition: String) async throws {
        try onDispatch(replyID)
        dispatched.withLock { $0.append(SweepCandidate(replyID: replyID, conversationID: partition)) }
    }

    var replies: [SweepCandidate] { dispatched.withLock { $0 } }
}

/// Keeps the events of the parts under test.
final class EventLog: Sendable {
    private let kept = Lock<[ChatEvent]>([])

    func add(_ event: ChatEvent) { kept.withLock { $0.append(event) } }

    /// The lines of the events, as a host would log them.
    var lines: [LogLine] { kept.withLock { $0.map(\.line) } }

    func count(of message: String) -> Int { lines.count { $0.message == message } }
}

extension JSON {
    /// A whole number's value.
    var integerValue: Int? {
        guard case .integer(let value) = self else { return nil }
        return Int(value)
    }
}
