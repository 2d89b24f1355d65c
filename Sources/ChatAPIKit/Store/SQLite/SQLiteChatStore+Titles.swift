import PlatformCore
import SQLiteCore

extension SQLiteChatStore {
    /// Reads the oldest question that has an answer.
    public func titleSource(conversation id: String) async throws(ChatError) -> TitleSource? {
        try await read("read what a title is made of") { connection in
            guard let uid = try Self.untitledOwner(id, connection) else { return nil }
            return try connection.first(ChatQuery.firstAnswer, .text(id)) {
                TitleSource(uid: uid, question: $0.text(0), answer: $0.text(1))
            }
        }
    }

    /// Looks whether there is a title by somebody and writes this one, in one transaction.
    public func title(
        conversation id: String,
        as title: String,
        usage: TokenUsage?
    ) async throws(ChatError) -> Conversation? {
        try await write("give a conversation a title") { [clock] connection in
            let owner = try connection.first(ChatQuery.titleOwner, .text(id)) {
                (uid: $0.text(0), isFree: $0.isNull(1))
            }
            guard let owner else { return nil }
            try Self.add(usage, replies: 0, to: id, owner.uid, at: clock.now(), connection)
            guard owner.isFree else { return nil }
            try connection.run(
                "UPDATE conversations SET title = ?, title_by = 'model' WHERE id = ?",
                .text(title),
                .text(id)
            )
            return try connection.first(
                ChatQuery.conversation,
                .text(id),
                .text(owner.uid),
                map: ChatRows.conversation
            )
        }
    }

    private static func untitledOwner(_ id: String, _ connection: Connection) throws -> String? {
        try connection.first(ChatQuery.titleOwner, .text(id)) { $0.isNull(1) ? $0.text(0) : nil } ?? nil
    }
}
