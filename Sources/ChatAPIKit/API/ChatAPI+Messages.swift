import PlatformCore

extension ChatAPI {
    /// POST send: stores a question with its queued reply, then has it answered; 202 as soon as it is stored.
    func send(_ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var fields = try fields(of: request)
        let conversation = fields.optionalText("conversation_id", maximumBytes: 64)
        let parent = fields.optionalText("parent_id", maximumBytes: 64)
        if conversation == nil, parent != nil {
            fields.report("parent_id", "invalid", "is for a message in a conversation: conversation_id must be given")
        }
        let place = conversation.map { NewMessage.Place.conversation($0, after: parent) } ?? .newConversation
        return try await store(in: place, &fields, request, uid)
    }

    /// POST edit: stores another version of a question, with its own reply.
    func editMessage(_ id: String, _ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var fields = try fields(of: request)
        return try await store(in: .beside(id), &fields, request, uid)
    }

    private func store(
        in place: NewMessage.Place,
        _ fields: inout Fields,
        _ request: ChatRequest,
        _ uid: String
    ) async throws -> ChatResponse {
        let limits = configuration.limits
        let message = NewMessage(
            in: place,
            content: fields.text("content", maximumBytes: limits.contentBytes),
            idempotencyKey: fields.optionalText("idempotency_key", maximumBytes: limits.idempotencyKeyBytes),
            model: model(&fields),
            thinking: fields.optionalBool("thinking"),
            requestID: request.id
        )
        try fields.check()
        try await admit(request, uid)
        switch try await store.send(message, uid: uid) {
        case .stored(let sent):
            report(accepted: sent.reply)
            await withoutCancellation {
                await configuration.checkpoint(.afterMessageCommitBeforeDispatch)
                await dispatch(sent.reply, announcedBy: ChatPush.messageCreated(sent.message, reply: sent.reply))
            }
            return accepted(sent.reply)
        case .repeated(let sent):
            if sent.reply.state == .queued { await withoutCancellation { await dispatch(sent.reply) } }
            return accepted(sent.reply)
        case .conflict: throw APIFailure.idempotencyConflict
        case .notFound: throw APIFailure.notFound
        case .parentNotFound:
            fields.report("parent_id", "unknown", "must be the id of a message in this conversation")
            throw fields.failure ?? APIFailure.notFound
        }
    }

    /// The model that a request names: one of the list, or nil for the host's.
    func model(_ fields: inout Fields) -> String? {
        let name = fields.optionalText("model", maximumBytes: configuration.limits.modelBytes)
        if let name, !configuration.models.contains(where: { ByteKey($0) == ByteKey(name) }) {
            let names = configuration.models.joined(separator: ", ")
            fields.report("model", "unknown", names.isEmpty ? "must not be named here" : "must be one of: \(names)")
        }
        return name
    }

    /// DELETE message: with its replies, and what hangs on it if it has other versions, on every device.
    func deleteMessage(_ id: String, _ uid: String) async throws -> ChatResponse {
        guard let deleted = try await store.delete(message: id, uid: uid) else { throw APIFailure.notFound }
        await events.push(ChatPush.messagesDeleted(deleted), toUid: uid)
        return ChatResponse(200, ["deleted": .array(deleted.ids.map { .string($0) })])
    }

    /// GET messages: a part of a conversation's history, with the replies.
    func listMessages(_ id: String, _ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var query = Fields(query: QueryString(request.query))
        let through = query.optionalText("through", maximumBytes: 64)
        let before = query.optionalText("before", maximumBytes: 64)
        let limit = query.number("limit", in: 1...configuration.limits.pageSize, default: 50)
        try query.check()
        let page = try await store.messages(
            conversation: id,
            uid: uid,
            through: through,
            before: before,
            limit: limit
        )
        guard let page else { throw APIFailure.notFound }
        return ChatResponse(
            200,
            ["messages": .array(page.messages.map(JSON.init)), "has_more": .bool(page.hasEarlier)]
        )
    }

    /// POST regenerate: another reply to the message that a reply answers.
    func regenerateReply(_ id: String, _ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        try await admit(request, uid)
        switch try await store.regenerate(reply: id, uid: uid, requestID: request.id) {
        case .created(let reply):
            report(accepted: reply)
            await withoutCancellation { await dispatch(reply, announcedBy: ChatPush.replyCreated(reply)) }
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

    private func report(accepted reply: Reply) {
        configuration.onEvent(
            .replyAccepted(replyID: reply.id, conversationID: reply.conversationID, requestID: reply.requestID)
        )
    }

    /// Tells the devices of a reply while the queue gets it, so that they hear of it before a fast worker's first word.
    private func dispatch(_ reply: Reply, announcedBy text: String) async {
        async let pushed: Void = events.push(text, toUid: reply.uid, requestID: reply.requestID)
        await dispatch(reply)
        await pushed
    }

    /// Gives a stored reply to the queue; a failure is for the sweeper to heal.
    private func dispatch(_ reply: Reply) async {
        do {
            try await dispatcher.dispatch(replyID: reply.id, partition: reply.conversationID)
        } catch {
            configuration.onEvent(.dispatchFailed(replyID: reply.id, cause: "\(error)", requestID: reply.requestID))
        }
    }
}

/// Runs to its end what a stored message entails, even when the client that sent it is gone by now.
private func withoutCancellation(_ body: @escaping @Sendable () async -> Void) async {
    await Task { await body() }.value
}
