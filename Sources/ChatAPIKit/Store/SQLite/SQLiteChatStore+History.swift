import SQLiteCore

extension SQLiteChatStore {
    /// Walks up from the question, so that a long conversation costs no more than what fits.
    ///
    /// Where not everything fits, the history begins at the oldest message within the limit that is marked as a beginning;
    /// without one, the message from which on half the limit is used is marked, once for many questions to come.
    public func history(before reply: Reply, byteLimit: Int) async throws(ChatError) -> [HistoryTurn] {
        let found = try await read("read a conversation's history") { connection in
            let own = try connection.first(ChatQuery.message, .text(reply.messageID), map: ChatRows.message)
            return try Self.history(upFrom: own?.parentID, byteLimit: byteLimit, connection)
        }
        let (steps, isWhole) = found
        if isWhole { return steps.map(\.turn).reversed() }
        if let start = steps.lastIndex(where: \.isBeginning) { return steps[...start].map(\.turn).reversed() }
        guard let start = steps.lastIndex(where: { $0.bytes <= byteLimit / 2 }) ?? steps.indices.first else {
            return []
        }
        let id = steps[start].id
        _ = try await write("mark a history's beginning") { connection in
            try connection.run("UPDATE messages SET begins_history = 1 WHERE id = ?", .text(id))
        }
        return steps[...start].map(\.turn).reversed()
    }

    /// A turn on the way up, with the bytes from it down to the question.
    private struct HistoryStep {
        var id: String
        var turn: HistoryTurn
        var bytes: Int
        var isBeginning: Bool
    }

    /// What fits, newest first, and whether that is everything.
    private static func history(
        upFrom last: String?,
        byteLimit: Int,
        _ connection: Connection
    ) throws -> (steps: [HistoryStep], isWhole: Bool) {
        var steps: [HistoryStep] = []
        var bytes = 0
        var next = last
        while let id = next {
            let found = try connection.first(ChatQuery.historyTurn, .text(id)) {
                (parent: $0.optionalText(0), question: $0.text(1), isBeginning: $0.bool(2))
            }
            guard let found else { break }
            let answer = try connection.first(ChatQuery.lastAnswer, .text(id)) { $0.text(0) }
            bytes += found.question.utf8.count + (answer?.utf8.count ?? 0)
            if bytes > byteLimit { return (steps, false) }
            let turn = HistoryTurn(question: found.question, answer: answer)
            steps.append(HistoryStep(id: id, turn: turn, bytes: bytes, isBeginning: found.isBeginning))
            next = found.parent
        }
        return (steps, true)
    }
}
