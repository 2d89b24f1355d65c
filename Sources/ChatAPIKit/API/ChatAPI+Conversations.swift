extension ChatAPI {
    /// GET conversations: the user's, newest first.
    func listConversations(_ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var query = Fields(query: QueryString(request.query))
        let cursor = query.optionalText("cursor", maximumBytes: 256)
        let limit = query.number("limit", in: 1...configuration.limits.pageSize, default: 50)
        try query.check()
        guard let page = try await store.conversations(uid: uid, cursor: cursor, limit: limit) else {
            query.report("cursor", "invalid", "must be the next_cursor of a page before")
            throw query.failure ?? APIFailure.notFound
        }
        return ChatResponse(
            200,
            [
                "conversations": .array(page.conversations.map(JSON.init)),
                "next_cursor": .string(page.nextCursor),
            ]
        )
    }

    /// GET conversation.
    func readConversation(_ id: String, _ uid: String) async throws -> ChatResponse {
        guard let conversation = try await store.conversation(id, uid: uid) else { throw APIFailure.notFound }
        return ChatResponse(200, JSON(conversation))
    }

    /// PATCH conversation: what its fields name becomes different, on every device.
    func changeConversation(_ id: String, _ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var fields = try fields(of: request)
        var change = ConversationChange()
        if fields.has("title") {
            let title = fields.text("title", maximumBytes: configuration.limits.titleBytes)
            if title.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
                fields.report("title", "invalid", "must be one line without control characters")
            }
            change.title = title
        }
        if fields.has("system_prompt") {
            let limit = configuration.limits.systemPromptBytes
            change.systemPrompt = .some(fields.optionalText("system_prompt", maximumBytes: limit, mayBeEmpty: true))
        }
        if fields.has("model") { change.model = .some(model(&fields)) }
        if fields.has("thinking") { change.thinking = .some(fields.optionalBool("thinking")) }
        if change == ConversationChange() {
            fields.report("title", "missing", "title, system_prompt, model or thinking must be given")
        }
        try fields.check()
        guard let conversation = try await store.change(conversation: id, uid: uid, change) else {
            throw APIFailure.notFound
        }
        await events.push(ChatPush.conversationUpdated(conversation), toUid: uid)
        return ChatResponse(200, JSON(conversation))
    }

    /// DELETE conversation: with everything in it; a worker that is at it stops.
    func deleteConversation(_ id: String, _ uid: String) async throws -> ChatResponse {
        guard try await store.delete(conversation: id, uid: uid) else { throw APIFailure.notFound }
        await events.push(ChatPush.conversationDeleted(id), toUid: uid)
        return ChatResponse(status: 204)
    }
}
