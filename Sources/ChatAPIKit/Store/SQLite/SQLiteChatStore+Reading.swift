import PlatformCore
import SQLiteCore

extension SQLiteChatStore {
    /// Lists a user's conversations by an index over uid and time; one row more than asked tells whether there is a next page.
    public func conversations(
        uid: String,
        cursor: String?,
        limit: Int
    ) async throws(ChatError) -> ConversationPage? {
        guard let start = cursor.map(ConversationCursor.init) ?? .newest else { return nil }
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

    /// Walks up the branch and reads each message's versions and replies, all from one snapshot.
    public func messages(
        conversation id: String,
        uid: String,
        through: String?,
        before: String?,
        limit: Int
    ) async throws(ChatError) -> MessagePage? {
        try await read("read messages") { connection in
            guard try connection.first(ChatQuery.conversation, .text(id), .text(uid), map: { $0.text(0) }) != nil else {
                return nil
            }
            let last = try Self.lastMessage(of: id, through: through, before: before, connection)
            var messages = try Self.branch(upFrom: last, limit: limit + 1, connection)
            let hasEarlier = messages.count > limit
            if hasEarlier { messages.removeLast() }
            messages.reverse()
            messages = try messages.map { try Self.complete($0, connection) }
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
                .map { Self.unfolded($0, of: reply) }
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

    /// Where a page ends: above `before`, or at the end of the branch through a message.
    static func lastMessage(
        of conversationID: String,
        through: String?,
        before: String?,
        _ connection: Connection
    ) throws -> String? {
        let id = SQLiteValue.text(conversationID)
        if let before,
            let parent = try connection.first(ChatQuery.messageParent, .text(before), id, map: { $0.optionalText(0) })
        {
            return parent
        }
        let known = try through.flatMap { through in
            try connection.first(ChatQuery.messageParent, .text(through), id) { _ in through }
        }
        guard var last = known else { return try connection.first(ChatQuery.newestMessage, id) { $0.text(0) } }
        while let child = try connection.first(ChatQuery.newestChild, id, .text(last), map: { $0.text(0) }) {
            last = child
        }
        return last
    }

    /// A message with its versions and replies.
    static func complete(_ message: Message, _ connection: Connection) throws -> Message {
        var message = message
        message.versions = try connection.rows(
            ChatQuery.versions,
            .text(message.conversationID),
            .optional(message.parentID)
        ) { $0.text(0) }
        message.replies = try connection.rows(ChatQuery.repliesOfMessage, .text(message.id), map: ChatRows.reply)
        return message
    }

    /// Newest first.
    private static func branch(upFrom last: String?, limit: Int, _ connection: Connection) throws -> [Message] {
        var messages: [Message] = []
        var next = last
        while messages.count < limit, let id = next {
            guard let message = try connection.first(ChatQuery.message, .text(id), map: ChatRows.message) else { break }
            messages.append(message)
            next = message.parentID
        }
        return messages
    }
}
