extension ChatAPI {
    /// GET conversations: the user's, newest first.
    func listConversations(_ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var query = Fields(query: QueryString(request.query))
        let cursor = query.optionalText("cursor", maximumBytes: 256)
        let limit = query.number("limit", in: 1...configuration.limits.pageSize, default: 50)
        try query.check()
        let page = try await store.conversations(uid: uid, cursor: cursor, limit: limit)
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

    /// PATCH conversation: gives it another title, on every device.
    func renameConversation(_ id: String, _ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var fields = try fields(of: request)
        let title = fields.text("title", maximumBytes: configuration.limits.titleBytes)
        if title.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            fields.report("title", "invalid", "must be one line without control characters")
        }
        try fields.check()
        guard let conversation = try await store.rename(conversation: id, uid: uid, title: title) else {
            throw APIFailure.notFound
        }
        await events.push(ChatPush.conversationUpdated(conversation), toUid: uid)
        return ChatResponse(200, JSON(conversation))
    }

    /// DELETE conversation: with everything in it; a worker that is at it stops.
    func deleteConversation(_ id: String, _ uid: String) async throws -> ChatResponse {
        guard try await store.delete(conversation: id, uid: uid) else { throw APIFailure.notFound }
        return ChatResponse(status: 204)
    }
}
