/// An answer of the model, whole; or what had arrived of one when it broke off (`DeepSeekError.partial`).
public struct ChatCompletion: Sendable, Hashable {
    /// The server's id of the answer; empty when it gave none.
    public var id: String
    /// The model that answered, by its own name.
    public var model: String
    /// When the server made it, in seconds since 1970.
    public var created: Int?
    /// The answer: content, thoughts, tool calls.
    public var message: ChatMessage
    /// Why it ended; nil when it broke off.
    public var finishReason: FinishReason?
    /// What it cost, when the server said so.
    public var usage: Usage?
    /// How likely its tokens were, when that was asked for.
    public var logprobs: Logprobs?
    /// What else the server said, such as `system_fingerprint`; of a stream the last of each.
    public var additionalFields: [String: JSONValue] = [:]

    /// An answer by its parts.
    public init(
        id: String = "",
        model: String = "",
        message: ChatMessage = .assistant(""),
        finishReason: FinishReason? = nil,
        usage: Usage? = nil
    ) {
        self.id = id
        self.model = model
        self.message = message
        self.finishReason = finishReason
        self.usage = usage
    }

    /// The answer's text.
    public var content: String { message.text }

    /// The thoughts before it; empty when there were none.
    public var reasoning: String { message.reasoningContent ?? "" }

    /// Whether nothing at all was said: no text, no thought, no tool call.
    public var isEmpty: Bool { content.isEmpty && reasoning.isEmpty && message.toolCalls.isEmpty }
}
