import PlatformCore
import SQLiteCore

extension SQLiteChatStore {
    /// Each kind of work is found by an index that holds nothing else, or by age.
    public func tidy(_ rules: TidyRules, limit: Int) async throws(ChatError) -> Tidied {
        try await write("tidy the store") { [clock] connection in
            let now = clock.now()
            var rest = limit
            var tidied = Tidied(isDone: false)
            if let foldAfter = rules.foldAfter {
                try Self.fold(endedUntil: now - foldAfter.milliseconds, &rest, connection)
            }
            try Self.forgetKeys(givenUntil: now - Self.keyLifetime, &rest, connection)
            if let keepFor = rules.keepFor {
                tidied.removed = try Self.expire(askedUntil: now - keepFor.milliseconds, &rest, connection)
            }
            tidied.isDone = rest > 0
            return tidied
        }
    }

    /// The row as readers get it: the text of a folded log is the reply's own and is put in when it is read.
    static func unfolded(_ row: LogRow, of reply: Reply) -> LogRow {
        guard row.kind == .reset, row.text.isEmpty else { return row }
        var row = row
        var reply = reply
        reply.lastSeq = row.seq
        row.text = ChatPush.replyReset(reply, content: reply.content, reasoning: reply.reasoning)
        return row
    }

    private static func fold(endedUntil limit: Int64, _ rest: inout Int, _ connection: Connection) throws {
        while rest > 0 {
            let found = try connection.first(ChatQuery.unfolded, .integer(limit)) {
                (endedAt: $0.int64(0), id: $0.text(1))
            }
            guard let found else { return }
            guard try foldPart(found.id, &rest, connection) else { continue }
            try connection.run(
                "DELETE FROM unfolded_replies WHERE ended_at = ? AND reply_id = ?",
                .integer(found.endedAt),
                .text(found.id)
            )
        }
    }

    /// Puts the reset row before the end row, then deletes what is above, oldest first; true when all of that is gone.
    ///
    /// A reader between two parts is right too: whatever it was given is replaced by the reset row.
    private static func foldPart(_ id: String, _ rest: inout Int, _ connection: Connection) throws -> Bool {
        rest -= 1
        guard let position = try connection.first(ChatQuery.position, .text(id), map: ChatRows.position),
            position.lastSeq > 1
        else { return true }
        let reset = position.lastSeq - 1
        try connection.run(
            "INSERT OR REPLACE INTO reply_log (reply_id, seq, attempt, kind, text) VALUES (?, ?, ?, 'reset', '')",
            .text(id),
            .integer(reset),
            .integer(position.attempt)
        )
        let limit = max(rest, 1)
        let deleted = try connection.run(
            """
            DELETE FROM reply_log WHERE reply_id = ? AND seq IN
                (SELECT seq FROM reply_log WHERE reply_id = ? AND seq < ? ORDER BY seq LIMIT ?)
            """,
            .text(id),
            .text(id),
            .integer(reset),
            .integer(limit)
        )
        rest -= deleted
        return deleted < limit
    }

    private static func forgetKeys(givenUntil limit: Int64, _ rest: inout Int, _ connection: Connection) throws {
        guard rest > 0 else { return }
        let numbers = try connection.rows(ChatQuery.oldKeys, .integer(limit), .integer(rest)) { $0.int64(0) }
        for number in numbers {
            try connection.run(
                "UPDATE messages SET idempotency_key = NULL, fingerprint = NULL WHERE number = ?",
                .integer(number)
            )
        }
        rest -= numbers.count
        guard rest > 0 else { return }
        let spent = try connection.rows(ChatQuery.oldSpentKeys, .integer(limit), .integer(rest)) {
            (uid: $0.text(0), key: $0.text(1))
        }
        for (uid, key) in spent {
            try connection.run(
                "DELETE FROM spent_keys WHERE uid = ? AND idempotency_key = ?",
                .text(uid),
                .text(key)
            )
        }
        rest -= spent.count
    }

    /// Removes messages of the conversation that rested longest, oldest first, and at last the conversation.
    private static func expire(
        askedUntil limit: Int64,
        _ rest: inout Int,
        _ connection: Connection
    ) throws -> [Conversation] {
        var removed: [Conversation] = []
        while rest > 0 {
            let found = try connection.first(ChatQuery.expired, .integer(limit), map: ChatRows.conversation)
            guard let conversation = found else { break }
            let deleted = try connection.run(
                """
                DELETE FROM messages WHERE number IN
                    (SELECT number FROM messages WHERE conversation_id = ? ORDER BY number LIMIT ?)
                """,
                .text(conversation.id),
                .integer(rest)
            )
            guard deleted < rest else {
                rest = 0
                break
            }
            rest -= deleted + 1
            try connection.run("DELETE FROM conversations WHERE id = ?", .text(conversation.id))
            removed.append(conversation)
        }
        return removed
    }
}
