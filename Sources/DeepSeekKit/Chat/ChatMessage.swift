/// One message of a chat: what is sent along as history, and what comes back as the answer.
///
/// ```swift
/// let messages: [ChatMessage] = [.system("Be brief."), .user("Why is the sky blue?")]
/// ```
///
/// See https://api-docs.deepseek.com/api/create-chat-completion.
public struct ChatMessage: Sendable, Hashable {
    /// Who speaks.
    public var role: Role
    /// What is said: text, or parts that may be images; nil in an assistant message that only calls tools.
    public var content: Content?
    /// The name of the speaker, to tell several of one role apart.
    public var name: String?
    /// The assistant's thoughts.
    ///
    /// The server ignores them when sent back, but asks for them (even empty) in every request after a tool call.
    public var reasoningContent: String?
    /// The calls that the assistant asks for.
    public var toolCalls: [ToolCall]
    /// The call that a `tool` message answers.
    public var toolCallID: String?
    /// Whether the answer must continue this (last, assistant) message; such a request goes to the beta address.
    public var isPrefix: Bool
    /// Fields this kit has no name for: what a server said beside its answer, and sent as they are.
    public var additionalFields: [String: JSONValue]

    /// A message with all its fields.
    ///
    /// The static functions (`user`, `assistant`, …) are the short way.
    public init(
        role: Role,
        content: Content?,
        name: String? = nil,
        reasoningContent: String? = nil,
        toolCalls: [ToolCall] = [],
        toolCallID: String? = nil,
        isPrefix: Bool = false
    ) {
        self.role = role
        self.content = content
        self.name = name
        self.reasoningContent = reasoningContent
        self.toolCalls = toolCalls
        self.toolCallID = toolCallID
        self.isPrefix = isPrefix
        additionalFields = [:]
    }

    /// An instruction that stands above the conversation.
    public static func system(_ text: String) -> Self { .init(role: .system, content: .text(text)) }

    /// What the person says.
    public static func user(_ text: String) -> Self { .init(role: .user, content: .text(text)) }

    /// What the model answered earlier.
    public static func assistant(_ text: String, reasoning: String? = nil) -> Self {
        .init(role: .assistant, content: .text(text), reasoningContent: reasoning)
    }

    /// What a tool answered to the call `id`.
    public static func tool(_ text: String, answering id: String) -> Self {
        .init(role: .tool, content: .text(text), toolCallID: id)
    }

    /// The text of the message: of all its text parts, in order; empty when there is none.
    public var text: String {
        switch content {
        case nil: ""
        case .text(let text): text
        case .parts(let parts):
            parts.map { if case .text(let text) = $0 { text } else { "" } }.joined()
        }
    }
}

extension ChatMessage {
    /// Who speaks; the API's own names.
    public struct Role: RawRepresentable, Sendable, Hashable, Codable, ExpressibleByStringLiteral {
        /// The name on the wire.
        public let rawValue: String

        /// A role by its name on the wire.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A role by its name on the wire.
        public init(stringLiteral value: String) { rawValue = value }

        /// An instruction above the conversation.
        public static let system: Self = "system"
        /// The person.
        public static let user: Self = "user"
        /// The model.
        public static let assistant: Self = "assistant"
        /// The answer of a tool.
        public static let tool: Self = "tool"
    }

    /// What is said.
    public enum Content: Sendable, Hashable {
        /// Plain text.
        case text(String)
        /// Text and pictures in order, for models that see.
        case parts([Part])
    }

    /// One part of a message.
    public enum Part: Sendable, Hashable {
        /// Text.
        case text(String)
        /// A picture by its address, `https:` or `data:`.
        case imageURL(String)
        /// An uploaded file by its id.
        case file(id: String)
    }
}

/// A call of a tool that the model asks for.
public struct ToolCall: Sendable, Hashable {
    /// The id that the answering `tool` message names.
    public var id: String
    /// The function to call.
    public var name: String
    /// Its arguments as JSON text, as the model wrote them: not checked, and not always valid JSON.
    public var arguments: String

    /// A call.
    public init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}
