import PlatformCore
import SQLiteCore

extension SQLiteChatStore {
    /// Reads ids alone, so that a conversation of any length may be gone through a message at a time.
    public func messageIDs(
        conversation id: String,
        uid: String,
        _ extent: ConversationExtent
    ) async throws(ChatError) -> [String]? {
        try await read("list a conversation's messages") { connection in
            guard try connection.first(ChatQuery.conversation, .text(id), .text(uid), map: { $0.text(0) }) != nil else {
                return nil
            }
            guard case .branch(let through) = extent else {
                return try connection.rows(ChatQuery.messageIDs, .text(id)) { $0.text(0) }
            }
            var ids: [String] = []
            var next = try Self.lastMessage(of: id, through: through, before: nil, connection)
            while let message = next {
                ids.append(message)
                next =
                    try connection.first(ChatQuery.messageParent, .text(message), .text(id)) { $0.optionalText(0) }
                    ?? nil
            }
            return ids.reversed()
        }
    }

    /// Reads the message with its versions and replies from one snapshot.
    public func message(_ id: String, uid: String) async throws(ChatError) -> Message? {
        try await read("read a message") { connection in
            try Self.message(id, of: uid, connection).map { try Self.complete($0, connection) }
        }
    }

    /// Reads the days' sums, which every end adds to.
    public func usage(uid: String, days: Int) async throws(ChatError) -> [UsageDay] {
        let today = CalendarDay(at: clock.now())
        return try await read("read the usage") { connection in
            try connection.rows(
                ChatQuery.usageDays,
                .text(uid),
                .integer(today.daysSince1970 - days)
            ) { row in
                UsageDay(day: CalendarDay(daysSince1970: row.int(0)), total: ChatRows.usageTotal(row, from: 1))
            }
        }
    }

    /// Adds to the sums of the user's day and of the conversation.
    static func add(
        _ usage: TokenUsage?,
        replies: Int,
        to conversationID: String,
        _ uid: String,
        at now: Int64,
        _ connection: Connection
    ) throws {
        let numbers = [
            replies, usage?.promptTokens ?? 0, usage?.cachedTokens ?? 0, usage?.completionTokens ?? 0,
            usage?.reasoningTokens ?? 0,
        ].map { SQLiteValue.integer($0) }
        try connection.run(
            """
            INSERT INTO usage_days (uid, day, replies, prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (uid, day) DO UPDATE SET replies = replies + excluded.replies,
                prompt_tokens = prompt_tokens + excluded.prompt_tokens,
                cached_tokens = cached_tokens + excluded.cached_tokens,
                completion_tokens = completion_tokens + excluded.completion_tokens,
                reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens
            """,
            bindings: [.text(uid), .integer(CalendarDay(at: now).daysSince1970)] + numbers
        )
        try connection.run(
            """
            UPDATE conversations SET replies = replies + ?, prompt_tokens = prompt_tokens + ?,
                cached_tokens = cached_tokens + ?, completion_tokens = completion_tokens + ?,
                reasoning_tokens = reasoning_tokens + ?
            WHERE id = ?
            """,
            bindings: numbers + [.text(conversationID)]
        )
    }
}
