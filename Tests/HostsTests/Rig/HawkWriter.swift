import FoundationEssentials
import TestSupport

/// Somebody who writes, over HTTP and with random numbers, and asks again until there is an answer.
struct HawkWriter: Sendable {
    private struct Answer: Decodable {
        var conversationID: String?
        var messageID: String?
        var replyID: String?
        var deleted: [String]?

        enum CodingKeys: String, CodingKey {
            case deleted
            case conversationID = "conversation_id"
            case messageID = "message_id"
            case replyID = "reply_id"
        }
    }

    private let user: HawkUser
    private let tab: Int
    private let dice: Dice
    private let ledger: Ledger

    init(_ user: HawkUser, tab: Int, dice: Dice, ledger: Ledger) {
        self.user = user
        self.tab = tab
        self.dice = dice
        self.ledger = ledger
    }

    func act() async throws {
        guard let known = ledger.question(of: user.uid, dice) else { return try await write("send") }
        switch dice.roll(0..<20) {
        case ..<2: try await write("send")
        case ..<9:
            let place: KeyValuePairs = ["conversation_id": known.conversation, "parent_id": known.id]
            try await write("send", place, behind: known.id)
        case ..<12: try await write("messages/\(known.id)/edit", behind: known.parent)
        case ..<15: _ = try await ask("POST", "replies/\(known.reply)/regenerate", [202, 404, 409])
        case ..<17: _ = try await ask("POST", "replies/\(known.reply)/stop", [200, 404, 409])
        case ..<19:
            ledger.doom(known.id)
            ledger.delete(try await ask("DELETE", "messages/\(known.id)", [200, 404]).deleted ?? [])
        default:
            guard dice.hits(30) else { return }
            ledger.doom(known.conversation)
            _ = try await ask("DELETE", "conversations/\(known.conversation)", [204, 404])
        }
        await dice.pause(upTo: 60)
    }

    private func write(
        _ path: String,
        _ place: KeyValuePairs<String, String> = [:],
        behind parent: String? = nil
    ) async throws {
        let content = "\(user.uid) \(tab) [[tokens \(dice.roll(1..<60))]] \(dice.roll(0..<1 << 40))"
        let members = Array(place) + [(key: "content", value: content), ("idempotency_key", content)]
        let body = "{\(members.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ","))}"
        // What is gone may be the conversation, the parent, or what was stored with the key.
        for _ in 0..<(dice.hits(20) ? 2 : 1) {
            let answer = try await ask("POST", path, body: body, [202, 404, 422])
            guard let id = answer.messageID, let conversation = answer.conversationID, let reply = answer.replyID else {
                return
            }
            try ledger.accept(
                Ledger.Question(
                    uid: user.uid,
                    content: content,
                    id: id,
                    conversation: conversation,
                    parent: parent,
                    reply: reply
                )
            )
        }
    }

    /// Asks until there is an answer, whatever is killed meanwhile.
    private func ask(
        _ method: String,
        _ path: String,
        body: String? = nil,
        _ statuses: Set<Int>
    ) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(100)
        while true {
            let answer = try? await user.request(method, "/api/chat/\(path)", body: body)
            if let answer, statuses.contains(answer.status) {
                if answer.status == 204 { return Answer() }
                // One that breaks off in the middle is none.
                if let read = try? JSONDecoder().decode(Answer.self, from: Data(answer.body)) { return read }
            } else if let answer, answer.status != 503 {
                throw DeadlineExceeded(description: "\(method) \(path): \(answer.status) \(answer.text)")
            }
            guard ContinuousClock.now < deadline else {
                throw DeadlineExceeded(description: "no answer to \(method) \(path)\n\(user.rig.logs())")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
