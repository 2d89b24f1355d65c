// The chat's values as answers show them.
extension JSON {
    init(_ conversation: Conversation) {
        self = [
            "id": .string(conversation.id),
            "title": .string(conversation.title),
            "system_prompt": .string(conversation.systemPrompt),
            "model": .string(conversation.model),
            "thinking": conversation.thinking.map { .bool($0) } ?? .null,
            "usage": JSON(conversation.usage),
            "created_at": .integer(conversation.createdAt),
            "updated_at": .integer(conversation.updatedAt),
        ]
    }

    init(_ message: Message) {
        self = [
            "id": .string(message.id),
            "parent_id": .string(message.parentID),
            "versions": .array(message.versions.map { .string($0) }),
            "role": .string(message.role.rawValue),
            "content": .string(message.content),
            "idempotency_key": .string(message.idempotencyKey),
            "created_at": .integer(message.createdAt),
            "replies": .array(message.replies.map(JSON.init)),
        ]
    }

    init(_ reply: Reply) {
        self = [
            "id": .string(reply.id),
            "state": .string(reply.state.rawValue),
            "attempt": .integer(reply.attempt),
            "last_seq": .integer(reply.lastSeq),
            "content": .string(reply.content),
            "reasoning": .string(reply.reasoning),
            "finish_reason": .string(reply.finishReason),
            "usage": reply.usage.map(JSON.init) ?? .null,
            "error": reply.failure.map(JSON.init) ?? .null,
            "created_at": .integer(reply.createdAt),
            "ended_at": reply.endedAt.map { .integer($0) } ?? .null,
        ]
    }

    init(_ usage: TokenUsage) { self = .object(Self.members(of: usage)) }

    init(_ total: UsageTotal) { self = .object(Self.members(of: total)) }

    init(_ day: UsageDay) {
        self = .object([.init(name: "day", value: .string(day.day.text))] + Self.members(of: day.total))
    }

    private static func members(of total: UsageTotal) -> [Member] {
        [.init(name: "replies", value: .integer(total.replies))] + members(of: total.tokens)
    }

    private static func members(of usage: TokenUsage) -> [Member] {
        [
            .init(name: "prompt_tokens", value: .integer(usage.promptTokens)),
            .init(name: "cached_tokens", value: .integer(usage.cachedTokens)),
            .init(name: "completion_tokens", value: .integer(usage.completionTokens)),
            .init(name: "reasoning_tokens", value: .integer(usage.reasoningTokens)),
        ]
    }

    init(_ failure: ReplyFailure) {
        self = [
            "code": .string(failure.code),
            "message": .string(failure.message),
            "retryable": .bool(failure.isRetryable),
        ]
    }

    init(_ position: ReplyPosition) {
        self = [
            "reply_id": .string(position.replyID),
            "message_id": .string(position.messageID),
            "conversation_id": .string(position.conversationID),
            "state": .string(position.state.rawValue),
            "attempt": .integer(position.attempt),
            "last_seq": .integer(position.lastSeq),
        ]
    }

    init(_ row: LogRow) {
        self = [
            "seq": .integer(row.seq),
            "attempt": .integer(row.attempt),
            "kind": .string(row.kind.rawValue),
            "text": .string(row.text),
        ]
    }

    init(_ log: ReplyLog) {
        self = [
            "rows": .array(log.rows.map(JSON.init)),
            "state": .string(log.state.rawValue),
            "attempt": .integer(log.attempt),
            "last_seq": .integer(log.lastSeq),
        ]
    }
}
