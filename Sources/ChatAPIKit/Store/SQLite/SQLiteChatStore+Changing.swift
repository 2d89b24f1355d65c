import SQLiteCore

extension SQLiteChatStore {
    /// Writes what is to be different.
    public func change(
        conversation id: String,
        uid: String,
        _ change: ConversationChange
    ) async throws(ChatError) -> Conversation? {
        try await write("change a conversation") { connection in
            let found = try connection.first(ChatQuery.conversation, .text(id), .text(uid), map: ChatRows.conversation)
            guard var conversation = found else { return nil }
            if let title = change.title {
                conversation.title = title
                try connection.run("UPDATE conversations SET title_by = 'user' WHERE id = ?", .text(id))
            }
            if let prompt = change.systemPrompt { conversation.systemPrompt = prompt }
            if let model = change.model { conversation.model = model }
            if let thinking = change.thinking { conversation.thinking = thinking }
            try connection.run(
                "UPDATE conversations SET title = ?, system_prompt = ?, model = ?, thinking = ? WHERE id = ?",
                .text(conversation.title),
                .optional(conversation.systemPrompt),
                .optional(conversation.model),
                .optional(conversation.thinking.map { $0 ? 1 : 0 }),
                .text(id)
            )
            return conversation
        }
    }

    /// Removes the conversation; the tables take everything in it along.
    public func delete(conversation id: String, uid: String) async throws(ChatError) -> Bool {
        try await write("delete a conversation") { connection in
            try connection.run("DELETE FROM conversations WHERE id = ? AND uid = ?", .text(id), .text(uid)) > 0
        }
    }

    /// Removes the message, or the branch that begins with it; the tables take the replies along.
    public func delete(message id: String, uid: String) async throws(ChatError) -> DeletedMessages? {
        try await write("delete a message") { connection in
            guard let message = try Self.message(id, of: uid, connection) else { return nil }
            let conversation = SQLiteValue.text(message.conversationID)
            let versions = try connection.rows(ChatQuery.versions, conversation, .optional(message.parentID)) {
                $0.text(0)
            }
            var ids = [id]
            if versions.count > 1 {
                var next = 0
                while next < ids.count {
                    ids += try connection.rows(ChatQuery.children, conversation, .text(ids[next])) { $0.text(0) }
                    next += 1
                }
            } else {
                try connection.run(
                    "UPDATE messages SET parent_id = ? WHERE conversation_id = ? AND parent_id = ?",
                    .optional(message.parentID),
                    conversation,
                    .text(id)
                )
            }
            for id in ids { try connection.run("DELETE FROM messages WHERE id = ?", .text(id)) }
            return DeletedMessages(conversationID: message.conversationID, ids: ids)
        }
    }
}
