import ChatAPIKit
import PlatformCore
import TestSupport

/// Somebody at a device, who asks an API for this and that, and asks again when no answer comes.
struct SimulatedUser {
    let uid: String
    let device: Int
    let api: ChatAPI
    let dice: Dice
    let ledger: Ledger

    func act(_ step: Int) async throws {
        guard let known = ledger.question(of: uid, dice) else { return try await send("send", [:], step) }
        switch dice.roll(0..<20) {
        case ..<1: try await send("send", [:], step)
        case ..<6: try await send("send", ["conversation_id": known.conversation], step)
        case ..<9:
            let place: KeyValuePairs = ["conversation_id": known.conversation, "parent_id": known.id]
            try await send("send", place, step)
        case ..<12: try await send("messages/\(known.id)/edit", [:], step)
        case ..<15: _ = try await ask("POST", "replies/\(known.reply)/regenerate", [202, 404, 409])
        case ..<17: _ = try await ask("POST", "replies/\(known.reply)/stop", [200, 404, 409])
        case ..<19:
            ledger.doom(known.id)
            let answer = try await ask("DELETE", "messages/\(known.id)", [200, 404])
            if case .array(let ids) = answer?["deleted"] { ledger.delete(ids.compactMap(\.text)) }
        default:
            guard dice.hits(30) else { return }
            ledger.doom(known.conversation)
            _ = try await ask("DELETE", "conversations/\(known.conversation)", [204, 404])
        }
    }

    private func send(_ path: String, _ place: KeyValuePairs<String, String>, _ step: Int) async throws {
        let content = "\(uid) \(device) \(step)"
        let members = Array(place) + [(key: "content", value: content), ("idempotency_key", "key of \(content)")]
        let body = "{\(members.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ","))}"
        // What is gone may be the conversation, the parent, or what was stored with the key.
        let first = try await ask("POST", path, body, [202, 404, 422])
        try accept(first, content)
        if dice.hits(20) { try accept(try await ask("POST", path, body, [202, 404, 422]), content) }
    }

    private func accept(_ answer: JSON?, _ content: String) throws {
        guard let answer, let message = answer["message_id"]?.text, let reply = answer["reply_id"]?.text,
            let conversation = answer["conversation_id"]?.text
        else { return }
        try ledger.accept(
            .init(uid: uid, content: content, id: message, conversation: conversation, reply: reply)
        )
    }

    /// Asks up to four times, as long as everything breaks off; nil if it always did.
    private func ask(
        _ method: String,
        _ path: String,
        _ body: String,
        _ statuses: Set<Int>
    ) async throws -> JSON? {
        var request = ChatRequest(method: method, path: "/api/chat/\(path)")
        request.headers = [("Host", "chat.example"), ("X-User", uid), ("Content-Type", "application/json")]
        request.body = Array(body.utf8)
        for _ in 0..<4 {
            let response = await api.respond(to: request)
            if response.status == 500 { continue }
            guard statuses.contains(response.status) else { throw Unexpected("\(method) \(path): \(response.error)") }
            return response.json
        }
        return nil
    }

    private func ask(_ method: String, _ path: String, _ statuses: Set<Int>) async throws -> JSON? {
        try await ask(method, path, "{}", statuses)
    }
}

/// Believes what a request says of itself.
struct HeaderAuthenticator: Authenticator {
    func uid(of request: ChatRequest) async throws(AuthenticationFailure) -> String {
        guard let uid = request.values(of: "x-user").first else {
            throw AuthenticationFailure(code: "nobody", message: "nobody")
        }
        return uid
    }
}
