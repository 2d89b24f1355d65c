#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the simulator sends, in the shapes of the API; encodes what is set and `null` for the half of a delta that is not.
struct WireChunk: Encodable {
    /// A piece of an answer, or with `role` the first, empty one.
    struct Said: Encodable {
        var role: String?
        var content: String?
        var reasoning: String?
        var toolCalls: [ToolCall]?

        private enum CodingKeys: String, CodingKey {
            case role, content
            case reasoning = "reasoning_content"
            case toolCalls = "tool_calls"
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encodeIfPresent(role, forKey: .role)
            try fields.encode(content, forKey: .content)
            try fields.encode(reasoning, forKey: .reasoning)
            try fields.encodeIfPresent(toolCalls, forKey: .toolCalls)
        }
    }

    /// A call of a tool, or with an index a piece of one.
    struct ToolCall: Encodable {
        struct Function: Encodable {
            var name: String?
            var arguments: String
        }

        var index: Int?
        var id: String?
        var type: String?
        var function: Function
    }

    struct Choice: Encodable {
        var index = 0
        var delta: Said?
        var message: Said?
        /// What fills a gap.
        var text: String?
        var finish: String?

        private enum CodingKeys: String, CodingKey {
            case index, delta, message, text
            case finish = "finish_reason"
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(index, forKey: .index)
            try fields.encodeIfPresent(delta, forKey: .delta)
            try fields.encodeIfPresent(message, forKey: .message)
            try fields.encodeIfPresent(text, forKey: .text)
            try fields.encode(finish, forKey: .finish)
        }
    }

    struct Usage: Encodable {
        var promptTokens: Int
        var completionTokens: Int
        var reasoningTokens: Int

        private enum CodingKeys: String, CodingKey {
            case prompt = "prompt_tokens"
            case hit = "prompt_cache_hit_tokens"
            case miss = "prompt_cache_miss_tokens"
            case completion = "completion_tokens"
            case total = "total_tokens"
            case details = "completion_tokens_details"
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(promptTokens, forKey: .prompt)
            try fields.encode(0, forKey: .hit)
            try fields.encode(promptTokens, forKey: .miss)
            try fields.encode(completionTokens, forKey: .completion)
            try fields.encode(promptTokens + completionTokens, forKey: .total)
            try fields.encode(["reasoning_tokens": reasoningTokens], forKey: .details)
        }
    }

    var id: String
    var object = "chat.completion.chunk"
    var created: Int
    var model: String
    var choices: [Choice]
    var usage: Usage?

    /// Its JSON.
    func json() -> [UInt8] { Self.json(of: self) }

    /// The JSON of an error body.
    static func error(_ message: String, type: String) -> [UInt8] {
        json(of: ["error": ["message": message, "type": type]])
    }

    private static func json(of value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { preconditionFailure("strings and integers are always JSON") }
        return Array(data)
    }
}
