import PlatformCore
import SQLiteCore

extension SQLiteChatStore {
    /// Lists a user's conversations by an index over uid and time; one row more than asked tells whether there is a next page.
    public func conversations(
        uid: String,
        cursor: String?,
        limit: Int
    ) async throws(ChatError) -> ConversationPage {
        let start = cursor.flatMap(ConversationCursor.init) ?? .newest
        return try await read("list conversations") { connection in
            var found = try connection.rows(
                ChatQuery.conversations,
                .text(uid),
                .integer(start.updatedAt),
                .text(start.id),
                .integer(limit + 1),
                map: ChatRows.conversation
            )
            guard found.count > limit else { return ConversationPage(conversations: found, nextCursor: nil) }
            found.removeLast()
            return ConversationPage(
                conversations: found,
                nextCursor: found.last.map { ConversationCursor(after: $0).text }
            )
        }
    }

    /// Finds a conversation by its id.
    public func conversation(_ id: String, uid: String) async throws(ChatError) -> Conversation? {
        try await read("read a conversation") { connection in
            try connection.first(ChatQuery.conversation, .text(id), .text(uid), map: ChatRows.conversation)
        }
    }

    /// Reads a page of messages and then each one's replies, all from one snapshot.
    public func messages(
        conversation id: String,
        uid: String,
        before: String?,
        limit: Int
    ) async throws(ChatError) -> MessagePage? {
        try await read("read messages") { connection in
            guard try connection.first(ChatQuery.conversation, .text(id), .text(uid), map: { $0.text(0) }) != nil else {
                return nil
            }
            let end = try before.flatMap { before in
                try connection.first(ChatQuery.messageNumber, .text(before), .text(id)) { $0.int64(0) }
            }
            var messages = try Self.messages(id, before: end ?? .max, limit: limit + 1, connection)
            let hasEarlier = messages.count > limit
            if hasEarlier { messages.removeLast() }
            messages.reverse()
            for index in messages.indices {
                messages[index].replies = try connection.rows(
                    ChatQuery.repliesOfMessage,
                    .text(messages[index].id),
                    map: ChatRows.reply
                )
            }
            return MessagePage(messages: messages, hasEarlier: hasEarlier)
        }
    }

    /// Finds a reply by its id.
    public func reply(_ id: String, uid: String) async throws(ChatError) -> Reply? {
        try await read("read a reply") { connection in
            try Self.reply(id, of: uid, connection)
        }
    }

    /// Reads rows and position from one snapshot.
    public func log(reply id: String, uid: String, after: Int) async throws(ChatError) -> ReplyLog? {
        try await read("read a reply's log") { connection in
            guard let reply = try Self.reply(id, of: uid, connection) else { return nil }
            let rows = try connection.rows(ChatQuery.log, .text(id), .integer(after), map: ChatRows.logRow)
            return ReplyLog(rows: rows, state: reply.state, attempt: reply.attempt, lastSeq: reply.lastSeq)
        }
    }

    /// Reads an index that holds unfinished replies only.
    public func activeReplies(uid: String) async throws(ChatError) -> [ReplyPosition] {
        try await read("list running replies") { connection in
            try connection.rows(ChatQuery.activeReplies, .text(uid), map: ChatRows.position)
        }
    }

    /// Reads all of them from one snapshot.
    public func positions(of replies: [String]) async throws(ChatError) -> [ReplyPosition] {
        try await read("look at running replies") { connection in
            try replies.compactMap { id in
                try connection.first(ChatQuery.position, .text(id), map: ChatRows.position)
            }
        }
    }

    /// Walks back from the question in small pages, so that a long conversation costs no more than what fits.
    public func history(before reply: Reply, byteLimit: Int) async throws(ChatError) -> [HistoryTurn] {
        try await read("read a conversation's history") { connection in
            let own = try connection.first(
                ChatQuery.messageNumber,
                .text(reply.messageID),
                .text(reply.conversationID)
            ) { $0.int64(0) }
            guard let own else { return [] }
            return try Self.history(reply.conversationID, before: own, byteLimit: byteLimit, connection).reversed()
        }
    }

    /// Reads an index that holds unfinished replies only.
    public func sweepCandidates(
        queuedFor: Duration,
        untouchedFor: Duration,
        after: SweepCandidate?,
        limit: Int
    ) async throws(ChatError) -> [SweepCandidate] {
        let now = clock.now()
        return try await read("look for lost replies") { connection in
            let start = try after.map { last in
                // One that is gone meanwhile ends the paging: the next sweep begins anew.
                try connection.first(ChatQuery.replyNumber, .text(last.replyID)) { $0.int64(0) } ?? .max
            }
            return try connection.rows(
                ChatQuery.sweepCandidates,
                .integer(start ?? 0),
                .integer(now - queuedFor.milliseconds),
                .integer(now - untouchedFor.milliseconds),
                .integer(limit),
                map: ChatRows.candidate
            )
        }
    }

    /// A reply of this user; nil if it is another's.
    static func reply(_ id: String, of uid: String, _ connection: Connection) throws -> Reply? {
        try reply(id, connection).flatMap { ByteKey($0.uid) == ByteKey(uid) ? $0 : nil }
    }

    static func reply(_ id: String, _ connection: Connection) throws -> Reply? {
        try connection.first(ChatQuery.reply, .text(id), map: ChatRows.reply)
    }

    /// Newest first.
    private static func messages(
        _ conversationID: String,
        before number: Int64,
        limit: Int,
        _ connection: Connection
    ) throws -> [Message] {
        try connection.rows(
            ChatQuery.messagesBefore,
            .text(conversationID),
            .integer(number),
            .integer(limit),
            map: ChatRows.message
        )
    }

    /// Newest first.
    private static func history(
        _ conversationID: String,
        before number: Int64,
        byteLimit: Int,
        _ connection: Connection
    ) throws -> [HistoryTurn] {
        let pageSize = 16
        var turns: [HistoryTurn] = []
        var rest = byteLimit
        var end = number
        while true {
            let page = try messages(conversationID, before: end, limit: pageSize, connection)
            for message in page {
                let answer = try connection.first(ChatQuery.lastAnswer, .text(message.id)) { $0.text(0) }
                rest -= message.content.utf8.count + (answer?.utf8.count ?? 0)
                if rest < 0 { return turns }
                turns.append(HistoryTurn(question: message.content, answer: answer))
            }
            guard page.count == pageSize, let oldest = page.last else { return turns }
            let next = try connection.first(ChatQuery.messageNumber, .text(oldest.id), .text(conversationID)) {
                $0.int64(0)
            }
            guard let next else { return turns }
            end = next
        }
    }
}
