import SQLiteCore

/// Turns rows of `ChatQuery` into values; the columns are in the order of its lists.
enum ChatRows {
    static func conversation(_ row: Row) -> Conversation {
        Conversation(
            id: row.text(0),
            uid: row.text(1),
            title: row.text(2),
            systemPrompt: row.optionalText(5),
            model: row.optionalText(6),
            thinking: row.optionalInt(7).map { $0 != 0 },
            usage: usageTotal(row, from: 8),
            createdAt: row.int64(3),
            updatedAt: row.int64(4)
        )
    }

    static func usageTotal(_ row: Row, from column: Int) -> UsageTotal {
        UsageTotal(
            replies: row.int(column),
            tokens: TokenUsage(
                promptTokens: row.int(column + 1),
                cachedTokens: row.int(column + 2),
                completionTokens: row.int(column + 3),
                reasoningTokens: row.int(column + 4)
            )
        )
    }

    static func message(_ row: Row) -> Message {
        Message(
            id: row.text(0),
            conversationID: row.text(1),
            parentID: row.optionalText(6),
            uid: row.text(2),
            content: row.text(3),
            idempotencyKey: row.optionalText(4),
            createdAt: row.int64(5)
        )
    }

    static func reply(_ row: Row) throws(SQLiteError) -> Reply {
        let state = try state(row.text(4))
        return Reply(
            id: row.text(0),
            messageID: row.text(1),
            conversationID: row.text(2),
            uid: row.text(3),
            state: state,
            attempt: row.int(5),
            lastSeq: row.int(6),
            model: row.optionalText(7),
            thinking: row.optionalInt(8).map { $0 != 0 },
            content: row.text(9),
            reasoning: row.text(10),
            finishReason: row.optionalText(11),
            usage: usage(row, from: 12),
            requestID: row.optionalText(19),
            failure: state == .failed ? ReplyFailure(row.optionalText(16).map(GenerationError.Code.init)) : nil,
            createdAt: row.int64(17),
            endedAt: row.optionalInt64(18)
        )
    }

    static func position(_ row: Row) throws(SQLiteError) -> ReplyPosition {
        ReplyPosition(
            replyID: row.text(0),
            messageID: row.text(1),
            conversationID: row.text(2),
            state: try state(row.text(3)),
            attempt: row.int(4),
            lastSeq: row.int(5)
        )
    }

    static func logRow(_ row: Row) throws(SQLiteError) -> LogRow {
        guard let kind = LogKind(rawValue: row.text(2)) else { throw unknown("log row's kind", row.text(2)) }
        return LogRow(seq: row.int(0), attempt: row.int(1), kind: kind, text: row.text(3))
    }

    static func candidate(_ row: Row) -> SweepCandidate {
        SweepCandidate(replyID: row.text(0), conversationID: row.text(1))
    }

    private static func usage(_ row: Row, from column: Int) -> TokenUsage? {
        guard let promptTokens = row.optionalInt(column) else { return nil }
        return TokenUsage(
            promptTokens: promptTokens,
            cachedTokens: row.int(column + 1),
            completionTokens: row.int(column + 2),
            reasoningTokens: row.int(column + 3)
        )
    }

    private static func state(_ text: String) throws(SQLiteError) -> ReplyState {
        guard let state = ReplyState(rawValue: text) else { throw unknown("reply's state", text) }
        return state
    }

    private static func unknown(_ what: String, _ value: String) -> SQLiteError {
        SQLiteError(.corrupt, operation: "read a \(what)", cause: "'\(value)' is none")
    }
}
