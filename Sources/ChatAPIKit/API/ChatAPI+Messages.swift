extension ChatAPI {
    /// POST send: stores a question with its queued reply, then has it answered; 202 as soon as it is stored.
    func send(_ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var fields = try fields(of: request)
        let limits = configuration.limits
        let message = NewMessage(
            conversationID: fields.optionalText("conversation_id", maximumBytes: 64),
            content: fields.text("content", maximumBytes: limits.contentBytes),
            idempotencyKey: fields.optionalText("idempotency_key", maximumBytes: limits.idempotencyKeyBytes),
            model: fields.optionalText("model", maximumBytes: limits.modelBytes),
            thinking: fields.optionalBool("thinking")
        )
        try fields.check()
        switch try await store.send(message, uid: uid) {
        case .stored(let sent):
            await withoutCancellation {
                await configuration.checkpoint(.afterMessageCommitBeforeDispatch)
                // At once, so that the other devices hear of the message before a fast worker's first word.
                async let pushed: Void = events.push(ChatPush.messageCreated(sent.message), toUid: uid)
                await dispatch(sent.reply)
                await pushed
            }
            return accepted(sent.reply)
        case .repeated(let sent):
            if sent.reply.state == .queued { await withoutCancellation { await dispatch(sent.reply) } }
            return accepted(sent.reply)
        case .conflict: throw APIFailure.idempotencyConflict
        case .conversationNotFound: throw APIFailure.notFound
        }
    }

    /// GET messages: a part of a conversation's history, with the replies.
    func listMessages(_ id: String, _ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var query = Fields(query: QueryString(request.query))
        let before = query.optionalText("before", maximumBytes: 64)
        let limit = query.number("limit", in: 1...configuration.limits.pageSize, default: 50)
        try query.check()
        guard let page = try await store.messages(conversation: id, uid: uid, before: before, limit: limit) else {
            throw APIFailure.notFound
        }
        return ChatResponse(
            200,
            ["messages": .array(page.messages.map(JSON.init)), "has_more": .bool(page.hasEarlier)]
        )
    }

    /// POST regenerate: another reply to the message that a reply answers.
    func regenerateReply(_ id: String, _ uid: String) async throws -> ChatResponse {
        switch try await store.regenerate(reply: id, uid: uid) {
        case .created(let reply):
            await withoutCancellation { await dispatch(reply) }
            return accepted(reply)
        case .unfinished(let reply): throw APIFailure.replyUnfinished(reply)
        case .notFound: throw APIFailure.notFound
        }
    }

    private func accepted(_ reply: Reply) -> ChatResponse {
        ChatResponse(
            202,
            [
                "conversation_id": .string(reply.conversationID), "message_id": .string(reply.messageID),
                "reply_id": .string(reply.id),
            ]
        )
    }

    /// Gives a stored reply to the queue; a failure is for the sweeper to heal.
    private func dispatch(_ reply: Reply) async {
        do {
            try await dispatcher.dispatch(replyID: reply.id, partition: reply.conversationID)
        } catch {
            configuration.onEvent(.dispatchFailed(replyID: reply.id, cause: "\(error)"))
        }
    }
}

/// Runs to its end what a stored message entails, even when the client that sent it is gone by now.
private func withoutCancellation(_ body: @escaping @Sendable () async -> Void) async {
    await Task { await body() }.value
}
