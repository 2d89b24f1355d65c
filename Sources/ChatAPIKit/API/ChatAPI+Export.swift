extension ChatAPI {
    /// GET export: a conversation as a file; its messages are read one by one as the client takes them.
    func export(_ id: String, _ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var query = Fields(query: QueryString(request.query))
        let name = query.optionalText("format", maximumBytes: 16, mayBeEmpty: true) ?? "markdown"
        let format = ConversationExport.Format(rawValue: name)
        if format == nil { query.report("format", "unknown", "must be markdown or json") }
        let through = query.optionalText("through", maximumBytes: 64)
        try query.check()
        guard let format, let conversation = try await store.conversation(id, uid: uid) else {
            throw APIFailure.notFound
        }
        let extent = format == .json ? ConversationExtent.everything : .branch(through: through)
        guard let ids = try await store.messageIDs(conversation: id, uid: uid, extent) else {
            throw APIFailure.notFound
        }
        let export = ConversationExport(
            conversation,
            messages: ids,
            format,
            store: store,
            onEvent: configuration.onEvent
        )
        return ChatResponse(
            status: 200,
            headers: [
                (name: "Content-Type", value: format.contentType),
                (name: "Content-Disposition", value: FileName(conversation.title).disposition(format.suffix)),
            ],
            body: .stream(ChatBodyStream { await export.next() })
        )
    }
}
