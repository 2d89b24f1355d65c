/// The JSON texts that the chat pushes to sockets: the one place that knows their names and fields.
package enum ChatPush {
    /// `message.created`: a question was stored with its waiting reply, on whichever device it was asked.
    package static func messageCreated(_ message: Message, reply: Reply) -> String {
        let object: JSON = [
            "type": "message.created",
            "conversation_id": .string(message.conversationID),
            "message_id": .string(message.id),
            "reply_id": .string(reply.id),
            "parent_id": .string(message.parentID),
            "content": .string(message.content),
            "idempotency_key": .string(message.idempotencyKey),
            "request_id": .string(reply.requestID),
        ]
        return object.serialized
    }

    /// `message.deleted`: a question is gone, or a branch.
    package static func messagesDeleted(_ deleted: DeletedMessages) -> String {
        let object: JSON = [
            "type": "message.deleted",
            "conversation_id": .string(deleted.conversationID),
            "message_ids": .array(deleted.ids.map { .string($0) }),
        ]
        return object.serialized
    }

    /// `conversation.deleted`: a conversation is gone.
    package static func conversationDeleted(_ id: String) -> String {
        let object: JSON = ["type": "conversation.deleted", "conversation_id": .string(id)]
        return object.serialized
    }

    /// `conversation.updated`: a conversation's title or settings changed.
    package static func conversationUpdated(_ conversation: Conversation) -> String {
        let object: JSON = [
            "type": "conversation.updated",
            "conversation_id": .string(conversation.id),
            "title": .string(conversation.title),
            "system_prompt": .string(conversation.systemPrompt),
            "model": .string(conversation.model),
            "thinking": conversation.thinking.map { .bool($0) } ?? .null,
            "updated_at": .integer(conversation.updatedAt),
        ]
        return object.serialized
    }

    /// `reply.created`: another reply to a question waits for a worker; no row of its log.
    package static func replyCreated(_ reply: Reply) -> String {
        let object: JSON = [
            "type": "reply.created",
            "conversation_id": .string(reply.conversationID),
            "message_id": .string(reply.messageID),
            "reply_id": .string(reply.id),
            "request_id": .string(reply.requestID),
        ]
        return object.serialized
    }

    /// `reply.started`, of a first attempt.
    package static func replyStarted(_ reply: Reply) -> String {
        JSON.object(beginning("reply.started", of: reply)).serialized
    }

    /// `reply.reset`: a client drops what it shows of the reply and takes what this carries.
    package static func replyReset(_ reply: Reply, content: String? = nil, reasoning: String? = nil) -> String {
        var members = beginning("reply.reset", of: reply)
        if let content { members.append(.init(name: "content", value: .string(content))) }
        if let reasoning { members.append(.init(name: "reasoning", value: .string(reasoning))) }
        return JSON.object(members).serialized
    }

    /// `reply.finished`, `reply.stopped` or `reply.failed`, whichever the reply's state is.
    package static func replyEnded(_ reply: Reply) -> String {
        precondition(reply.state.isEnd, "a reply that is \(reply.state) has not ended")
        let outcome = reply.state == .failed ? failure(of: reply) : end(of: reply)
        return JSON.object(head("reply.\(reply.state.rawValue)", of: reply) + outcome).serialized
    }

    /// What is pushed for a row of a reply's log: `reply.delta` for text, the row's own text for an event.
    package static func text(of row: LogRow, replyID: String) -> String {
        guard row.kind.isText else { return row.text }
        let object: JSON = [
            "type": "reply.delta",
            "reply_id": .string(replyID),
            "attempt": .integer(row.attempt),
            "seq": .integer(row.seq),
            "kind": .string(row.kind.rawValue),
            "text": .string(row.text),
        ]
        return object.serialized
    }

    private static func beginning(_ type: String, of reply: Reply) -> [JSON.Member] {
        let members = head(type, of: reply)
        let place: [JSON.Member] = [
            .init(name: "conversation_id", value: .string(reply.conversationID)),
            .init(name: "message_id", value: .string(reply.messageID)),
            .init(name: "request_id", value: .string(reply.requestID)),
        ]
        return members + place
    }

    private static func head(_ type: String, of reply: Reply) -> [JSON.Member] {
        [
            .init(name: "type", value: .string(type)),
            .init(name: "reply_id", value: .string(reply.id)),
            .init(name: "attempt", value: .integer(reply.attempt)),
            .init(name: "seq", value: .integer(reply.lastSeq)),
        ]
    }

    private static func end(of reply: Reply) -> [JSON.Member] {
        [
            .init(name: "finish_reason", value: .string(reply.finishReason)),
            .init(name: "usage", value: reply.usage.map(JSON.init) ?? .null),
        ]
    }

    private static func failure(of reply: Reply) -> [JSON.Member] {
        let failure = reply.failure ?? ReplyFailure(nil)
        return [
            .init(name: "code", value: .string(failure.code)),
            .init(name: "message", value: .string(failure.message)),
            .init(name: "retryable", value: .bool(failure.isRetryable)),
        ]
    }
}
