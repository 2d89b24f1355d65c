/// Where a page of a user's conversations ended: the order is by last question, then by id, newest first.
struct ConversationCursor: Equatable {
    var updatedAt: Int64
    var id: String

    /// Before the first page.
    static let newest = ConversationCursor(updatedAt: .max, id: "")

    init(updatedAt: Int64, id: String) {
        self.updatedAt = updatedAt
        self.id = id
    }

    /// Just after a conversation.
    init(after conversation: Conversation) {
        self.init(updatedAt: conversation.updatedAt, id: conversation.id)
    }

    /// Reads what `text` wrote; nil for anything else.
    init?(_ text: String) {
        guard let separator = text.firstIndex(of: "-"), let updatedAt = Int64(text[..<separator]) else { return nil }
        self.init(updatedAt: updatedAt, id: String(text[text.index(after: separator)...]))
    }

    /// The cursor as clients carry it.
    var text: String { "\(updatedAt)-\(id)" }
}
