import PlatformCore
import SQLiteCore
import ServerCore

extension SQLiteChatStore {
    /// Stores all parts of a message in one transaction; a key given before is found by a unique index.
    public func send(_ message: NewMessage, uid: String) async throws(ChatError) -> SendResult {
        let fingerprint = message.idempotencyKey.map { _ in Self.fingerprint(of: message) }
        return try await write("store a message") { [clock, makeID] connection in
            let now = clock.now()
            if let earlier = try Self.earlier(message, uid, fingerprint, at: now, connection) { return earlier }
            let conversation: Conversation?
            var parentID: String?
            switch message.place {
            case .newConversation:
                conversation = try Self.insertConversation(
                    id: makeID(now),
                    title: Conversation.title(from: message.content),
                    uid,
                    at: now,
                    connection
                )
            case .conversation(let id, let after):
                parentID = try Self.parent(after, in: id, connection)
                if after != nil, parentID == nil {
                    let isThere = try connection.first(ChatQuery.conversation, .text(id), .text(uid)) { _ in true }
                    return isThere == nil ? .notFound : .parentNotFound
                }
                conversation = try Self.advance(id, uid, to: now, connection)
            case .beside(let id):
                guard let other = try Self.message(id, of: uid, connection) else { return .notFound }
                conversation = try Self.advance(other.conversationID, uid, to: now, connection)
                parentID = other.parentID
            }
            guard let conversation else { return .notFound }
            let stored = Message(
                id: makeID(now),
                conversationID: conversation.id,
                parentID: parentID,
                uid: uid,
                content: message.content,
                idempotencyKey: message.idempotencyKey,
                createdAt: now
            )
            try Self.insert(stored, fingerprint, connection)
            let reply = Reply(
                id: makeID(now),
                messageID: stored.id,
                conversationID: conversation.id,
                uid: uid,
                model: message.model ?? conversation.model,
                thinking: message.thinking ?? conversation.thinking,
                requestID: message.requestID,
                createdAt: now
            )
            try Self.insert(reply, connection)
            return .stored(SentMessage(conversation: conversation, message: stored, reply: reply))
        }
    }

    /// Stores another reply to the same message, with the model and thinking of the given one.
    public func regenerate(
        reply id: String,
        uid: String,
        requestID: String?
    ) async throws(ChatError) -> RegenerateResult {
        try await write("regenerate a reply") { [clock, makeID] connection in
            guard let model = try Self.reply(id, of: uid, connection) else { return .notFound }
            let siblings = try connection.rows(
                ChatQuery.repliesOfMessage,
                .text(model.messageID),
                map: ChatRows.reply
            )
            if let unfinished = siblings.first(where: { !$0.state.isEnd }) { return .unfinished(unfinished) }
            let now = clock.now()
            let reply = Reply(
                id: makeID(now),
                messageID: model.messageID,
                conversationID: model.conversationID,
                uid: uid,
                model: model.model,
                thinking: model.thinking,
                requestID: requestID,
                createdAt: now
            )
            try Self.insert(reply, connection)
            return .created(reply)
        }
    }

    /// How long a key is remembered, in milliseconds: a day.
    static let keyLifetime: Int64 = 86_400_000

    /// The message to put one behind: this one if it is there, or the one that was stored last.
    private static func parent(
        _ id: String?,
        in conversationID: String,
        _ connection: Connection
    ) throws -> String? {
        let conversation = SQLiteValue.text(conversationID)
        guard let id else { return try connection.first(ChatQuery.newestMessage, conversation) { $0.text(0) } }
        return try connection.first(ChatQuery.messageParent, .text(id), conversation) { _ in id }
    }

    /// A message of this user; nil if it is another's.
    static func message(_ id: String, of uid: String, _ connection: Connection) throws -> Message? {
        try connection.first(ChatQuery.message, .text(id), map: ChatRows.message)
            .flatMap { ByteKey($0.uid) == ByteKey(uid) ? $0 : nil }
    }

    /// What this user sent before with the same key; nil when nothing was.
    private static func earlier(
        _ message: NewMessage,
        _ uid: String,
        _ fingerprint: [UInt8]?,
        at now: Int64,
        _ connection: Connection
    ) throws -> SendResult? {
        guard let key = message.idempotencyKey else { return nil }
        let found = try connection.first(ChatQuery.messageByKey, .text(uid), .text(key)) { row in
            (message: ChatRows.message(row), fingerprint: row.optionalBlob(7))
        }
        guard let found else {
            let created = try connection.first(ChatQuery.spentKey, .text(uid), .text(key)) { $0.int64(0) }
            return created.flatMap { now - $0 < keyLifetime ? .notFound : nil }
        }
        guard now - found.message.createdAt < keyLifetime else {
            try connection.run("UPDATE messages SET idempotency_key = NULL WHERE id = ?", .text(found.message.id))
            return nil
        }
        guard found.fingerprint == fingerprint else { return .conflict }
        let id = SQLiteValue.text(found.message.conversationID)
        guard
            let conversation = try connection.first(
                ChatQuery.conversation,
                id,
                .text(uid),
                map: ChatRows.conversation
            ),
            let reply = try connection.first(
                ChatQuery.firstReplyOfMessage,
                .text(found.message.id),
                map: ChatRows.reply
            )
        else {
            throw SQLiteError(.corrupt, operation: "repeat a message", cause: "its conversation or reply is missing")
        }
        return .repeated(SentMessage(conversation: conversation, message: found.message, reply: reply))
    }

    /// Moves a conversation to the top of its user's list; nil if the user has no such one.
    private static func advance(
        _ id: String,
        _ uid: String,
        to now: Int64,
        _ connection: Connection
    ) throws -> Conversation? {
        try connection.run(
            "UPDATE conversations SET updated_at = max(updated_at, ?) WHERE id = ? AND uid = ?",
            .integer(now),
            .text(id),
            .text(uid)
        )
        return try connection.first(ChatQuery.conversation, .text(id), .text(uid), map: ChatRows.conversation)
    }

    private static func insertConversation(
        id: String,
        title: String,
        _ uid: String,
        at now: Int64,
        _ connection: Connection
    ) throws -> Conversation {
        try connection.run(
            "INSERT INTO conversations (id, uid, title, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
            .text(id),
            .text(uid),
            .text(title),
            .integer(now),
            .integer(now)
        )
        return Conversation(id: id, uid: uid, title: title, createdAt: now, updatedAt: now)
    }

    private static func insert(_ message: Message, _ fingerprint: [UInt8]?, _ connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO messages (id, conversation_id, parent_id, uid, role, content, idempotency_key, fingerprint,
                created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .text(message.id),
            .text(message.conversationID),
            .optional(message.parentID),
            .text(message.uid),
            .text(message.role.rawValue),
            .text(message.content),
            .optional(message.idempotencyKey),
            .optional(fingerprint),
            .integer(message.createdAt)
        )
    }

    private static func insert(_ reply: Reply, _ connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO replies (id, message_id, conversation_id, uid, state, touched_at, model, thinking, created_at,
                request_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .text(reply.id),
            .text(reply.messageID),
            .text(reply.conversationID),
            .text(reply.uid),
            .text(reply.state.rawValue),
            .integer(reply.createdAt),
            .optional(reply.model),
            .optional(reply.thinking.map { $0 ? 1 : 0 }),
            .integer(reply.createdAt),
            .optional(reply.requestID)
        )
    }

    /// Tells a repeated request from another one with the same key; each part is preceded by its length.
    private static func fingerprint(of message: NewMessage) -> [UInt8] {
        let place: [String?] =
            switch message.place {
            case .newConversation: [nil]
            case .conversation(let id, let after): [id, after]
            case .beside(let id): [nil, nil, id]
            }
        let parts = place + [message.content, message.model, message.thinking.map { "\($0)" }]
        let bytes = parts.flatMap { part -> [UInt8] in
            guard let part else { return Array("-;".utf8) }
            return Array("\(part.utf8.count);\(part)".utf8)
        }
        return Digest.sha256(bytes)
    }
}
