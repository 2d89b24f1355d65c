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
    /// What else the server counts.
    public var additionalFields: [String: JSONValue]

    /// Counts; what is not known is 0.
    public init(
        promptTokens: Int = 0,
        promptCacheHitTokens: Int = 0,
        promptCacheMissTokens: Int = 0,
        completionTokens: Int = 0,
        reasoningTokens: Int = 0,
        totalTokens: Int = 0,
        additionalFields: [String: JSONValue] = [:]
    ) {
        self.promptTokens = promptTokens
        self.promptCacheHitTokens = promptCacheHitTokens
        self.promptCacheMissTokens = promptCacheMissTokens
        self.completionTokens = completionTokens
        self.reasoningTokens = reasoningTokens
        self.totalTokens = totalTokens
        self.additionalFields = additionalFields
    }
}

extension Usage: Decodable {
    private static let names: Set = [
        "prompt_tokens", "prompt_cache_hit_tokens", "prompt_cache_miss_tokens", "completion_tokens", "total_tokens",
        "prompt_tokens_details", "completion_tokens_details",
    ]

    /// Decodes the API's usage object; what is missing is 0.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyName.self)
        func count(_ name: AnyName) -> Int? { try? fields.value(name) }
        func detail(_ object: AnyName, _ name: String) -> Int? {
            let value: JSONValue? = try? fields.value(object)
            guard case .integer(let count)? = value?[name] else { return nil }
            return count
        }
        let prompt = count("prompt_tokens") ?? 0
        let completion = count("completion_tokens") ?? 0
        let hits = count("prompt_cache_hit_tokens") ?? detail("prompt_tokens_details", "cached_tokens") ?? 0
        self.init(
            promptTokens: prompt,
            promptCacheHitTokens: hits,
            promptCacheMissTokens: count("prompt_cache_miss_tokens") ?? max(0, prompt - hits),
            completionTokens: completion,
            reasoningTokens: detail("completion_tokens_details", "reasoning_tokens") ?? 0,
            totalTokens: count("total_tokens") ?? prompt + completion,
            additionalFields: fields.others(than: Self.names)
        )
    }
}
