#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the server sends: a chunk of a stream, a whole answer, or an error; unknown fields are passed over.
struct ChatCompletionAnswer: Decodable {
    var id: String?
    var model: String?
    var choices: [Choice]?
    var usage: Usage?
    var error: ServerComplaint?

    struct Choice: Decodable {
        var delta: Said?
        var message: Said?
        var finishReason: String?

        enum CodingKeys: String, CodingKey {
            case delta, message
            case finishReason = "finish_reason"
        }
    }

    struct Said: Decodable {
        var content: String?
        var reasoningContent: String?
        var toolCalls: [Call]?

        enum CodingKeys: String, CodingKey {
            case content
            case reasoningContent = "reasoning_content"
            case toolCalls = "tool_calls"
        }
    }

    struct Call: Decodable {
        var index: Int?
        var id: String?
        var function: Function?

        struct Function: Decodable {
            var name: String?
            var arguments: String?
        }
    }

    /// Reads one JSON document; nil when it is none, or not of this shape.
    static func read(_ bytes: some Collection<UInt8>) -> Self? {
        try? JSONDecoder().decode(Self.self, from: Data(bytes))
    }
}

/// An error object inside a body: OpenAI's shape in practice, and documented nowhere, so anything is taken.
struct ServerComplaint: Decodable {
    var message: String
    var type: String?
    var code: String?

    init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        message = value["message"]?.string ?? value.string ?? "no message"
        type = value["type"]?.string
        code =
            switch value["code"] {
            case .string(let text): text
            case .integer(let number): String(number)
            default: nil
            }
    }
}

extension Usage: Decodable {
    private enum CodingKeys: String, CodingKey {
        case promptTokens = "prompt_tokens"
        case promptCacheHitTokens = "prompt_cache_hit_tokens"
        case promptCacheMissTokens = "prompt_cache_miss_tokens"
        case completionTokens = "completion_tokens"
        case totalTokens = "total_tokens"
        case promptDetails = "prompt_tokens_details"
        case completionDetails = "completion_tokens_details"
    }

    private struct Details: Decodable {
        var cached: Int?
        var reasoning: Int?

        enum CodingKeys: String, CodingKey {
            case cached = "cached_tokens"
            case reasoning = "reasoning_tokens"
        }
    }

    /// Decodes the API's usage object; what is missing is 0.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let promptDetails = try fields.decodeIfPresent(Details.self, forKey: .promptDetails)
        let completionDetails = try fields.decodeIfPresent(Details.self, forKey: .completionDetails)
        let prompt = try fields.decodeIfPresent(Int.self, forKey: .promptTokens) ?? 0
        let completion = try fields.decodeIfPresent(Int.self, forKey: .completionTokens) ?? 0
        let hits = try fields.decodeIfPresent(Int.self, forKey: .promptCacheHitTokens) ?? promptDetails?.cached ?? 0
        self.init(
            promptTokens: prompt,
            promptCacheHitTokens: hits,
            promptCacheMissTokens: try fields.decodeIfPresent(Int.self, forKey: .promptCacheMissTokens)
                ?? prompt - hits,
            completionTokens: completion,
            reasoningTokens: completionDetails?.reasoning ?? 0,
            totalTokens: try fields.decodeIfPresent(Int.self, forKey: .totalTokens) ?? prompt + completion
        )
    }
}
