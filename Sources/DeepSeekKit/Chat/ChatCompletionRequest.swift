/// What is asked of the model: the messages so far and how to answer.
///
/// Only `model` and `messages` are needed; whatever is nil or empty is not sent, so the server's defaults hold.
/// See https://api-docs.deepseek.com/api/create-chat-completion.
public struct ChatCompletionRequest: Sendable, Hashable {
    /// The model's name, such as `deepseek-flash`; a name moves on to the vendor's next version.
    public var model: String
    /// The conversation, oldest first.
    public var messages: [ChatMessage]
    /// Whether the model thinks before it answers; the server's default is that it does.
    public var thinking: Thinking?
    /// How hard it thinks; the server's default is high.
    public var reasoningEffort: ReasoningEffort?
    /// The most tokens to answer with, thoughts included.
    public var maxTokens: Int?
    /// From 0 (always the likeliest word) to 2; ignored by the server when the model thinks.
    public var temperature: Double?
    /// The share of probability to choose from, up to 1.
    public var topP: Double?
    /// Texts at which the answer ends, at most 16.
    public var stop: [String]
    /// Taken by the server without effect; other OpenAI-compatible servers heed it.
    public var frequencyPenalty: Double?
    /// Taken by the server without effect; other OpenAI-compatible servers heed it.
    public var presencePenalty: Double?
    /// Whether the answer must be JSON.
    public var responseFormat: ResponseFormat?
    /// The functions that the model may ask for, at most 128.
    public var tools: [Tool]
    /// Whether it must ask for one.
    public var toolChoice: ToolChoice?
    /// Whether to send the probabilities of tokens.
    public var logprobs: Bool?
    /// How many likely tokens per place, 0 to 20.
    public var topLogprobs: Int?
    /// Keeps the caches, the safety checks and the scheduling of one user apart from others'.
    ///
    /// At most 512 bytes of letters, digits, `_` and `-`, and no personal data: a keyed hash of your own id.
    public var userID: String?
    /// Whether a stream tells what it cost; false for servers that refuse `stream_options`.
    public var includesUsage: Bool
    /// What names this call in your logs: told in events, and sent as `X-Request-Id`; no part of the body.
    ///
    /// 1 to 128 visible ASCII characters; anything else is refused before it is sent.
    public var requestID: String?
    /// Fields this kit has no name for, sent as they are; they win over the named ones.
    public var additionalFields: [String: JSONValue]

    /// A request.
    ///
    /// - Parameters:
    ///   - model: the model's name.
    ///   - messages: the conversation, oldest first.
    ///   - thinking: `.disabled` for quick answers without thoughts; nil leaves it to the server.
    public init(model: String, messages: [ChatMessage], thinking: Thinking? = nil) {
        self.model = model
        self.messages = messages
        self.thinking = thinking
        stop = []
        tools = []
        includesUsage = true
        additionalFields = [:]
    }
}

extension ChatCompletionRequest {
    /// Whether the model thinks first.
    public struct Thinking: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
        /// The name on the wire.
        public let rawValue: String

        /// A kind by its name on the wire.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A kind by its name on the wire.
        public init(stringLiteral value: String) { rawValue = value }

        /// It thinks.
        public static let enabled: Self = "enabled"
        /// It answers at once.
        public static let disabled: Self = "disabled"
    }

    /// How hard the model thinks.
    public struct ReasoningEffort: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
        /// The name on the wire.
        public let rawValue: String

        /// An effort by its name on the wire.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// An effort by its name on the wire.
        public init(stringLiteral value: String) { rawValue = value }

        /// Not at all.
        public static let none: Self = "none"
        /// A little.
        public static let low: Self = "low"
        /// The server's default.
        public static let high: Self = "high"
        /// As hard as it can.
        public static let max: Self = "max"
    }

    /// The form of the answer.
    public struct ResponseFormat: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
        /// The name on the wire.
        public let rawValue: String

        /// A form by its name on the wire.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A form by its name on the wire.
        public init(stringLiteral value: String) { rawValue = value }

        /// Any text.
        public static let text: Self = "text"
        /// A JSON object; the prompt must say so too, with the word "json" and an example.
        public static let jsonObject: Self = "json_object"
    }

    /// A function that the model may ask for.
    public struct Tool: Sendable, Hashable {
        /// Letters, digits, `_` and `-`, at most 64.
        public var name: String
        /// What it is for, in words for the model.
        public var description: String?
        /// Its arguments as a JSON schema.
        public var parameters: JSONValue?
        /// Whether arguments must match the schema exactly (then of every tool of the request; goes to the beta address).
        public var isStrict: Bool

        /// A function by name, purpose and schema.
        public init(name: String, description: String? = nil, parameters: JSONValue? = nil, isStrict: Bool = false) {
            self.name = name
            self.description = description
            self.parameters = parameters
            self.isStrict = isStrict
        }
    }

    /// Whether the model must ask for a tool.
    public enum ToolChoice: Sendable, Hashable {
        /// It must not.
        case none
        /// It decides.
        case auto
        /// It must; refused while the model thinks.
        case required
        /// It must ask for this one; refused while the model thinks.
        case named(String)
    }
}
