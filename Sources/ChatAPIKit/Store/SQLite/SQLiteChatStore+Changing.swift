import SQLiteCore

extension SQLiteChatStore {
    /// Writes the title.
    public func rename(conversation id: String, uid: String, title: String) async throws(ChatError) -> Conversation? {
        try await write("rename a conversation") { connection in
            try connection.run(
                "UPDATE conversations SET title = ? WHERE id = ? AND uid = ?",
                .text(title),
                .text(id),
                .text(uid)
            )
            return try connection.first(ChatQuery.conversation, .text(id), .text(uid), map: ChatRows.conversation)
        }
    }

    /// Removes the conversation; the tables take everything in it along.
    public func delete(conversation id: String, uid: String) async throws(ChatError) -> Bool {
        try await write("delete a conversation") { connection in
            try connection.run("DELETE FROM conversations WHERE id = ? AND uid = ?", .text(id), .text(uid)) > 0
        }
    }
}
