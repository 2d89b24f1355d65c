/// An answer of the model, whole; or what had arrived of one when it broke off (`DeepSeekError.partial`).
public struct ChatCompletion: Sendable, Hashable {
    /// The server's id of the answer; empty when it gave none.
    public var id: String
    /// The model that answered, by its own name.
    public var model: String
    /// The answer: content, thoughts, tool calls.
    public var message: ChatMessage
    /// Why it ended; nil when it broke off.
    public var finishReason: FinishReason?
    /// What it cost, when the server said so.
    public var usage: Usage?

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

/// Why an answer ended.
public enum FinishReason: Sendable, Hashable {
    /// It was complete.
    case stop
    /// It reached `maxTokens` or the model's limit.
    case length
    /// The server's filter ended it.
    case contentFilter
    /// It asks for tools to be called.
    case toolCalls
    /// The server ran out of something in mid-answer; the client throws `overloaded` then.
    case insufficientSystemResource
    /// The generation was interrupted; the client throws `server` then.
    case aborted
    /// Something newer than this kit, by its name on the wire.
    case other(String)

    /// A reason by its name on the wire.
    public init(_ name: String) {
        self = Self.known.first { $0.name == name } ?? .other(name)
    }

    /// The name on the wire.
    public var name: String {
        switch self {
        case .stop: "stop"
        case .length: "length"
        case .contentFilter: "content_filter"
        case .toolCalls: "tool_calls"
        case .insufficientSystemResource: "insufficient_system_resource"
        case .aborted: "aborted"
        case .other(let name): name
        }
    }

    private static let known: [Self] = [
        .stop, .length, .contentFilter, .toolCalls, .insufficientSystemResource, .aborted,
    ]
}

/// What an answer cost, in tokens.
public struct Usage: Sendable, Hashable {
    /// Tokens of the prompt: cache hits and misses together.
    public var promptTokens: Int
    /// Of these, found in the server's context cache (much cheaper).
    public var promptCacheHitTokens: Int
    /// Of these, not found there.
    public var promptCacheMissTokens: Int
    /// Tokens of the answer, thoughts included.
    public var completionTokens: Int
    /// Of these, thoughts.
    public var reasoningTokens: Int
    /// All of it.
    public var totalTokens: Int

    /// Counts; what is not known is 0.
    public init(
        promptTokens: Int = 0,
        promptCacheHitTokens: Int = 0,
        promptCacheMissTokens: Int = 0,
        completionTokens: Int = 0,
        reasoningTokens: Int = 0,
        totalTokens: Int = 0
    ) {
        self.promptTokens = promptTokens
        self.promptCacheHitTokens = promptCacheHitTokens
        self.promptCacheMissTokens = promptCacheMissTokens
        self.completionTokens = completionTokens
        self.reasoningTokens = reasoningTokens
        self.totalTokens = totalTokens
    }
}
