import PlatformCore
import SQLiteCore

extension SQLiteChatStore {
    /// Ends a reply in its user's name.
    public func stop(reply id: String, uid: String) async throws(ChatError) -> EndResult {
        try await end("stop a reply", id) { reply in
            guard ByteKey(reply.uid) == ByteKey(uid) else { return .notFound }
            reply.state = .stopped
            reply.finishReason = "stopped"
            return nil
        }
    }

    /// Ends a reply in its worker's name.
    public func finish(
        reply id: String,
        attempt: Int,
        with end: GenerationEnd
    ) async throws(ChatError) -> EndResult {
        try await self.end("finish a reply", id) { reply in
            guard reply.state == .running, reply.attempt == attempt else { return .fenced }
            reply.state = .finished
            reply.finishReason = end.finishReason
            reply.usage = end.usage
            return nil
        }
    }

    /// Ends a reply in its worker's or the queue's name.
    public func fail(
        reply id: String,
        attempt: Int?,
        code: GenerationError.Code?
    ) async throws(ChatError) -> EndResult {
        try await end("fail a reply", id) { reply in
            if let attempt, reply.state != .running || reply.attempt != attempt { return .fenced }
            reply.state = .failed
            reply.failure = code.map { ReplyFailure($0) }
            return nil
        }
    }

    /// The one way to an end: state, text, usage and end row in one transaction.
    ///
    /// `decide` sees a reply that has not ended and either makes it an ended one or answers why not.
    private func end(
        _ attempted: String,
        _ id: String,
        decide: @escaping @Sendable (inout Reply) -> EndResult?
    ) async throws(ChatError) -> EndResult {
        try await write(attempted) { [clock] connection in
            guard var reply = try Self.reply(id, connection) else { return .notFound }
            let before = reply
            if let refusal = decide(&reply) {
                return refusal
            }
            if before.state.isEnd { return .alreadyEnded(try Self.ended(before, connection)) }
            return .ended(try Self.end(&reply, at: clock.now(), connection))
        }
    }

    /// A reply that ended before, with the last row of its log.
    static func ended(_ reply: Reply, _ connection: Connection) throws -> EndedReply {
        let row = try connection.first(
            ChatQuery.log,
            .text(reply.id),
            .integer(reply.lastSeq - 1),
            map: ChatRows.logRow
        )
        guard let row else { throw SQLiteError(.corrupt, operation: "read a reply's end", cause: "its row is missing") }
        return EndedReply(reply: reply, row: row)
    }

    private static func end(_ reply: inout Reply, at now: Int64, _ connection: Connection) throws -> EndedReply {
        // The log holds just the rows of the running attempt, so the stored text is what devices were shown.
        let rows = try connection.rows(ChatQuery.log, .text(reply.id), .integer(0), map: ChatRows.logRow)
        reply.content = text(.content, of: rows)
        reply.reasoning = text(.reasoning, of: rows)
        reply.lastSeq += 1
        reply.endedAt = now
        if reply.state == .failed { reply.failure = try failure(of: reply, connection) }
        try store(reply, connection)
        let kind: LogKind =
            switch reply.state {
            case .stopped: .stopped
            case .failed: .failed
            default: .finished
            }
        let row = LogRow(seq: reply.lastSeq, attempt: reply.attempt, kind: kind, text: ChatPush.replyEnded(reply))
        try insert(row, reply.id, connection)
        try connection.run(
            "INSERT INTO unfolded_replies (ended_at, reply_id) VALUES (?, ?)",
            .integer(now),
            .text(reply.id)
        )
        if reply.state != .failed {
            try add(reply.usage, replies: 1, to: reply.conversationID, reply.uid, at: now, connection)
        }
        return EndedReply(reply: reply, row: row)
    }

    private static func text(_ kind: LogKind, of rows: [LogRow]) -> String {
        rows.lazy.filter { $0.kind == kind }.map(\.text).joined()
    }

    /// The given failure, or the one of the code last noted.
    private static func failure(of reply: Reply, _ connection: Connection) throws -> ReplyFailure {
        if let failure = reply.failure { return failure }
        let noted = try connection.first("SELECT error_code FROM replies WHERE id = ?", .text(reply.id)) {
            $0.optionalText(0)
        }
        return ReplyFailure(noted.flatMap { $0 }.map(GenerationError.Code.init))
    }

    private static func store(_ reply: Reply, _ connection: Connection) throws {
        try connection.run(
            """
            UPDATE replies
            SET state = ?, last_seq = ?, content = ?, reasoning = ?, finish_reason = ?, prompt_tokens = ?,
                cached_tokens = ?, completion_tokens = ?, reasoning_tokens = ?, error_code = ?, ended_at = ?
            WHERE id = ?
            """,
            .text(reply.state.rawValue),
            .integer(reply.lastSeq),
            .text(reply.content),
            .text(reply.reasoning),
            .optional(reply.finishReason),
            .optional(reply.usage?.promptTokens),
            .optional(reply.usage?.cachedTokens),
            .optional(reply.usage?.completionTokens),
            .optional(reply.usage?.reasoningTokens),
            .optional(reply.failure?.code),
            .optional(reply.endedAt),
            .text(reply.id)
        )
    }
}
