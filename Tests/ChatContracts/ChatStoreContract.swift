public import ChatAPIKit

/// What the API and the workers count on in a `ChatStore`.
public enum ChatStoreContract {
    /// The promises; each wants a store of its own in which nothing is.
    public static let checks: [ContractCheck<any ChatStore>] = questions + tree + attempts + endings + upkeep
}

// What the checks do again and again.
extension ChatStore {
    /// Sends a question that must be stored.
    func ask(
        _ content: String = "Why?",
        _ place: NewMessage.Place = .newConversation,
        uid: String = "ann",
        key: String? = nil
    ) async throws -> SentMessage {
        let message = NewMessage(in: place, content: content, idempotencyKey: key)
        guard case .stored(let sent) = try await send(message, uid: uid) else {
            throw ContractViolation(description: "\(content) was not stored")
        }
        return sent
    }

    /// Takes a reply that must be free.
    @discardableResult
    func take(_ reply: Reply, job: String = "job") async throws -> TakenAttempt {
        let result = try await takeAttempt(reply: reply.id, jobID: job, takeOverAfter: .seconds(3600))
        guard case .taken(let attempt) = result else {
            throw ContractViolation(description: "\(result) for a free reply")
        }
        return attempt
    }

    /// Sends a question and has it answered.
    @discardableResult
    func answered(
        _ content: String,
        by answer: String,
        _ place: NewMessage.Place = .newConversation,
        uid: String = "ann"
    ) async throws -> SentMessage {
        let sent = try await ask(content, place, uid: uid)
        try await complete(sent.reply, answer)
        return sent
    }

    /// Takes a reply and brings it to its end.
    func complete(_ reply: Reply, _ answer: String) async throws {
        let attempt = try await take(reply).reply.attempt
        _ = try await append([.content(answer)], reply: reply.id, attempt: attempt)
        let usage = TokenUsage(promptTokens: 10, completionTokens: 2)
        let end = try await finish(reply: reply.id, attempt: attempt, with: .init(finishReason: "stop", usage: usage))
        guard case .ended = end else { throw ContractViolation(description: "\(end) instead of an end") }
    }

    /// The questions of a page.
    func page(_ id: String, through: String? = nil, before: String? = nil, limit: Int = 99) async throws -> MessagePage
    {
        try unwrap(try await messages(conversation: id, uid: "ann", through: through, before: before, limit: limit))
    }
}
