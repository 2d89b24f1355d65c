extension ChatAPI {
    /// GET usage: what the user's answers cost, by day and together.
    func readUsage(_ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var query = Fields(query: QueryString(request.query))
        let days = query.number("days", in: 1...366, default: 30)
        try query.check()
        let usage = try await store.usage(uid: uid, days: days)
        return ChatResponse(
            200,
            [
                "days": .array(usage.map(JSON.init)),
                "total": JSON(usage.reduce(UsageTotal()) { $0 + $1.total }),
            ]
        )
    }
}
