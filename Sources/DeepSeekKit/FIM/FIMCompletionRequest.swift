/// A text with a gap for the model to fill in the middle (FIM): code completion, mostly.
///
/// ```swift
/// let request = FIMCompletionRequest(model: "deepseek-flash", prompt: "def fib(n):\n", suffix: "\n    return b")
/// let middle = try await deepseek.complete(request).content
/// ```
///
/// Goes to the beta address; the model does not think. See https://api-docs.deepseek.com/guides/fim_completion.
public struct FIMCompletionRequest: Sendable, Hashable {
    /// The model's name.
    public var model: String
    /// What stands before the gap.
    public var prompt: String
    /// What stands after it.
    public var suffix: String?
    /// The most tokens to fill in, at most 4096.
    public var maxTokens: Int?
    /// From 0 (always the likeliest word) to 2.
    public var temperature: Double?
    /// The share of probability to choose from, up to 1.
    public var topP: Double?
    /// Texts at which the answer ends, at most 16.
    public var stop: [String]
    /// Whether the answer begins with the prompt.
    public var echo: Bool?
    /// How many likely tokens per place, 0 to 20.
    public var logprobs: Int?
    /// Whether a stream tells what it cost.
    public var includesUsage: Bool
    /// What names this call in your logs, as in `ChatCompletionRequest`.
    public var requestID: String?
    /// Fields this kit has no name for, sent as they are; they win over the named ones.
    public var additionalFields: [String: JSONValue]

    /// A request.
    ///
    /// - Parameters:
    ///   - model: the model's name.
    ///   - prompt: what stands before the gap.
    ///   - suffix: what stands after it; nil when nothing does.
    ///   - maxTokens: the most tokens to fill in, at most 4096; nil leaves it to the server.
    public init(model: String, prompt: String, suffix: String? = nil, maxTokens: Int? = nil) {
        self.model = model
        self.prompt = prompt
        self.suffix = suffix
        self.maxTokens = maxTokens
        stop = []
        includesUsage = true
        additionalFields = [:]
    }
}

extension FIMCompletionRequest: APIRequest {
    var modelName: String? { model }
    var path: String { "/completions" }
    var isBeta: Bool { true }
    /// Nothing may be missing between the two ends.
    var mayAnswerEmpty: Bool { true }

    func body(isStreaming: Bool) throws(DeepSeekError) -> [UInt8]? {
        try JSONText.write(Body(request: self, isStreaming: isStreaming))
    }

    private struct Body: Encodable {
        let request: FIMCompletionRequest
        let isStreaming: Bool

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: AnyName.self)
            try fields.encode(request.model, forKey: "model")
            try fields.encode(request.prompt, forKey: "prompt")
            try fields.encodeIfPresent(request.suffix, forKey: "suffix")
            try fields.encodeIfPresent(request.maxTokens, forKey: "max_tokens")
            try fields.encodeIfPresent(request.temperature, forKey: "temperature")
            try fields.encodeIfPresent(request.topP, forKey: "top_p")
            if !request.stop.isEmpty { try fields.encode(request.stop, forKey: "stop") }
            try fields.encodeIfPresent(request.echo, forKey: "echo")
            try fields.encodeIfPresent(request.logprobs, forKey: "logprobs")
            for (name, value) in request.additionalFields { try fields.encode(value, forKey: AnyName(name)) }
            try fields.encodeStreaming(isStreaming, includesUsage: request.includesUsage)
        }
    }
}
