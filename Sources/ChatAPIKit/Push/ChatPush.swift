/// The JSON texts that the chat pushes to sockets: the one place that knows their names and fields.
package enum ChatPush {
    /// `message.created`: a question was stored, on whichever device it was asked.
    package static func messageCreated(_ message: Message) -> String {
        var object = JSONObjectText()
        object.add("type", "message.created")
        object.add("conversation_id", message.conversationID)
        object.add("message_id", message.id)
        object.add("content", message.content)
        object.add("idempotency_key", message.idempotencyKey)
        return object.text
    }

    /// `conversation.updated`: a conversation is new, or its title or place in the list changed.
    package static func conversationUpdated(_ conversation: Conversation) -> String {
        var object = JSONObjectText()
        object.add("type", "conversation.updated")
        object.add("conversation_id", conversation.id)
        object.add("title", conversation.title)
        object.add("updated_at", conversation.updatedAt)
        return object.text
    }

    /// `reply.started`, of a first attempt.
    package static func replyStarted(_ reply: Reply) -> String {
        beginning("reply.started", of: reply).text
    }

    /// `reply.reset`: a client drops what it shows of the reply and takes what this carries.
    package static func replyReset(_ reply: Reply, content: String? = nil, reasoning: String? = nil) -> String {
        var object = beginning("reply.reset", of: reply)
        if let content { object.add("content", content) }
        if let reasoning { object.add("reasoning", reasoning) }
        return object.text
    }

    /// `reply.finished`, `reply.stopped` or `reply.failed`, whichever the reply's state is.
    package static func replyEnded(_ reply: Reply) -> String {
        precondition(reply.state.isEnd, "a reply that is \(reply.state) has not ended")
        var object = JSONObjectText()
        object.add("type", "reply.\(reply.state.rawValue)")
        object.add("reply_id", reply.id)
        object.add("attempt", reply.attempt)
        object.add("seq", reply.lastSeq)
        if reply.state == .failed {
            object.add("code", reply.failure?.code)
            object.add("message", reply.failure?.message)
            object.add("retryable", reply.failure?.isRetryable ?? true)
        } else {
            object.add("finish_reason", reply.finishReason)
            object.add("usage", reply.usage.map(usage))
        }
        return object.text
    }

    /// What is pushed for a row of a reply's log: `reply.delta` for text, the row's own text for an event.
    package static func text(of row: LogRow, replyID: String) -> String {
        guard row.kind.isText else { return row.text }
        var object = JSONObjectText()
        object.add("type", "reply.delta")
        object.add("reply_id", replyID)
        object.add("attempt", row.attempt)
        object.add("seq", row.seq)
        object.add("kind", row.kind.rawValue)
        object.add("text", row.text)
        return object.text
    }

    private static func beginning(_ type: String, of reply: Reply) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("type", type)
        object.add("conversation_id", reply.conversationID)
        object.add("message_id", reply.messageID)
        object.add("reply_id", reply.id)
        object.add("attempt", reply.attempt)
        object.add("seq", reply.lastSeq)
        return object
    }

    private static func usage(_ usage: TokenUsage) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("prompt_tokens", usage.promptTokens)
        object.add("cached_tokens", usage.cachedTokens)
        object.add("completion_tokens", usage.completionTokens)
        object.add("reasoning_tokens", usage.reasoningTokens)
        return object
    }
}
