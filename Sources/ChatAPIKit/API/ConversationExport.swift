/// A conversation on its way into a file, a message at a time.
actor ConversationExport {
    /// How it is written.
    enum Format: String {
        /// One branch, to be read by people.
        case markdown
        /// All branches, all versions, with everything that the API tells of them.
        case json

        var contentType: String {
            switch self {
            case .markdown: "text/markdown; charset=utf-8"
            case .json: "application/json"
            }
        }

        var suffix: String {
            switch self {
            case .markdown: ".md"
            case .json: ".json"
            }
        }
    }

    private enum Stage {
        case head
        case messages
        case end
    }

    private let conversation: Conversation
    private let format: Format
    private let store: any ChatStore
    private let onEvent: @Sendable (ChatEvent) -> Void
    private var rest: ArraySlice<String>
    private var stage = Stage.head
    private var isFirst = true

    /// An export of the messages with these ids, in this order; one that is gone by its turn is left out.
    init(
        _ conversation: Conversation,
        messages: [String],
        _ format: Format,
        store: any ChatStore,
        onEvent: @escaping @Sendable (ChatEvent) -> Void
    ) {
        self.conversation = conversation
        self.format = format
        self.store = store
        self.onEvent = onEvent
        rest = messages[...]
    }

    /// The next piece; nil at the end.
    ///
    /// Where the store fails the file ends, and can be seen not to be whole.
    func next() async -> [UInt8]? {
        switch stage {
        case .head:
            stage = .messages
            return Array(head.utf8)
        case .messages:
            do {
                while let id = rest.popFirst() {
                    guard let message = try await store.message(id, uid: conversation.uid) else { continue }
                    defer { isFirst = false }
                    return Array(text(of: message).utf8)
                }
            } catch {
                onEvent(.storeFailed(attempted: error.attempted, cause: error.cause))
                stage = .end
                return format == .json
                    ? nil : Array("\n> This file is not complete: the rest could not be read.\n".utf8)
            }
            stage = .end
            return format == .json ? Array("]}\n".utf8) : nil
        case .end:
            return nil
        }
    }

    private var head: String {
        switch format {
        case .markdown: "# \(Self.escaped(conversation.title))\n"
        case .json: "{\"conversation\":\(JSON(conversation).serialized),\"messages\":["
        }
    }

    private func text(of message: Message) -> String {
        switch format {
        case .markdown:
            let answer = message.replies.last { ($0.state == .finished || $0.state == .stopped) && !$0.content.isEmpty }
            return "\n## Question\n\n\(message.content)\n" + (answer.map { "\n## Answer\n\n\($0.content)\n" } ?? "")
        case .json:
            return (isFirst ? "" : ",") + JSON(message).serialized
        }
    }

    /// A line of plain text as Markdown: what would mean something there is escaped.
    private static func escaped(_ line: String) -> String {
        String(line.flatMap { "\\`*_[]<>#".contains($0) ? ["\\", $0] : [$0] })
    }
}
