import PlatformCore
import SQLiteCore

extension SQLiteChatStore {
    /// Decides and takes in one transaction, so that of two workers one is refused.
    public func takeAttempt(
        reply id: String,
        jobID: String,
        takeOverAfter: Duration
    ) async throws(ChatError) -> TakeResult {
        try await write("take a reply") { [clock] connection in
            guard let reply = try Self.reply(id, connection) else { return .notFound }
            if reply.state.isEnd { return .ended(try Self.ended(reply, connection)) }
            let now = clock.now()
            let claim = try Self.claim(id, connection)
            if reply.state == .running, claim.jobID != jobID {
                let age = now - claim.touchedAt
                let limit = takeOverAfter.milliseconds
                // A clock that was set back must not make the reply wait for longer than the limit.
                guard age >= limit else { return .held(for: .milliseconds(min(limit - age, limit))) }
            }
            if let earlier = try Self.earlierUnfinished(reply, claim.number, connection) {
                return .waiting(for: earlier)
            }
            return .taken(try Self.begin(reply, jobID: jobID, at: now, connection))
        }
    }

    /// Numbers and stores the rows, and touches the reply, in one transaction.
    public func append(
        _ parts: [ReplyPart],
        reply id: String,
        attempt: Int
    ) async throws(ChatError) -> [LogRow]? {
        try await write("store a piece of an answer") { [clock] connection in
            let last = try connection.first(
                """
                UPDATE replies SET last_seq = last_seq + ?, touched_at = ?
                WHERE id = ? AND attempt = ? AND state = 'running' RETURNING last_seq
                """,
                .integer(parts.count),
                .integer(clock.now()),
                .text(id),
                .integer(attempt)
            ) { $0.int(0) }
            guard let last else { return nil }
            let first = last - parts.count + 1
            let rows = parts.enumerated().map { offset, part in
                LogRow(seq: first + offset, attempt: attempt, kind: part.kind, text: part.text)
            }
            for row in rows { try Self.insert(row, id, connection) }
            return rows
        }
    }

    /// Writes the time into the reply.
    public func touch(reply id: String, attempt: Int) async throws(ChatError) -> Bool {
        try await write("touch a reply") { [clock] connection in
            try connection.run(
                "UPDATE replies SET touched_at = ? WHERE id = ? AND attempt = ? AND state = 'running'",
                .integer(clock.now()),
                .text(id),
                .integer(attempt)
            ) > 0
        }
    }

    /// Writes the code into the reply, which stays running.
    public func note(
        _ code: GenerationError.Code,
        reply id: String,
        attempt: Int
    ) async throws(ChatError) -> Bool {
        try await write("note a failed attempt") { connection in
            try connection.run(
                "UPDATE replies SET error_code = ? WHERE id = ? AND attempt = ? AND state = 'running'",
                .text(code.rawValue),
                .text(id),
                .integer(attempt)
            ) > 0
        }
    }

    static func insert(_ row: LogRow, _ replyID: String, _ connection: Connection) throws {
        try connection.run(
            "INSERT INTO reply_log (reply_id, seq, attempt, kind, text) VALUES (?, ?, ?, ?, ?)",
            .text(replyID),
            .integer(row.seq),
            .integer(row.attempt),
            .text(row.kind.rawValue),
            .text(row.text)
        )
    }

    /// Who has the reply, and its place among all replies.
    private static func claim(
        _ id: String,
        _ connection: Connection
    ) throws -> (number: Int64, jobID: String?, touchedAt: Int64) {
        let claim = try connection.first(ChatQuery.claim, .text(id)) { row in
            (number: row.int64(0), jobID: row.optionalText(1), touchedAt: row.int64(2))
        }
        guard let claim else { throw SQLiteError(.corrupt, operation: "take a reply", cause: "its row is missing") }
        return claim
    }

    private static func earlierUnfinished(
        _ reply: Reply,
        _ number: Int64,
        _ connection: Connection
    ) throws -> SweepCandidate? {
        try connection.first(
            ChatQuery.earlierUnfinished,
            .text(reply.conversationID),
            .integer(number),
            map: ChatRows.candidate
        )
    }

    /// The next attempt: what an older one wrote is replaced, its numbers are not.
    private static func begin(
        _ reply: Reply,
        jobID: String,
        at now: Int64,
        _ connection: Connection
    ) throws -> TakenAttempt {
        var reply = reply
        reply.state = .running
        reply.attempt += 1
        reply.lastSeq += 1
        try connection.run(
            """
            UPDATE replies
            SET state = 'running', attempt = ?, last_seq = ?, job_id = ?, touched_at = ?, error_code = NULL
            WHERE id = ?
            """,
            .integer(reply.attempt),
            .integer(reply.lastSeq),
            .text(jobID),
            .integer(now),
            .text(reply.id)
        )
        let isFirst = reply.attempt == 1
        if !isFirst {
            try connection.run(
                "DELETE FROM reply_log WHERE reply_id = ? AND kind IN ('content', 'reasoning')",
                .text(reply.id)
            )
        }
        let row = LogRow(
            seq: reply.lastSeq,
            attempt: reply.attempt,
            kind: isFirst ? .started : .reset,
            text: isFirst ? ChatPush.replyStarted(reply) : ChatPush.replyReset(reply)
        )
        try insert(row, reply.id, connection)
        let question = try connection.first(ChatQuery.message, .text(reply.messageID), map: ChatRows.message)
        let settings = try connection.first(ChatQuery.settings, .text(reply.conversationID)) {
            (systemPrompt: $0.optionalText(0), isUntitled: $0.isNull(1))
        }
        return TakenAttempt(
            reply: reply,
            question: question?.content ?? "",
            systemPrompt: settings?.systemPrompt,
            isUntitled: settings?.isUntitled ?? false,
            row: row
        )
    }
}
