import DeepSeekKit

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Answers as JSON, for programs: one line each.
enum JSONText {
    static func of(_ answer: ChatCompletion, model: String) -> String {
        var fields: [String: JSONValue] = [
            "model": .string(model),
            "content": .string(answer.content),
            "reasoning": .string(answer.reasoning),
            "finish_reason": answer.finishReason.map { .string($0.name) } ?? .null,
        ]
        if let usage = answer.usage {
            fields["usage"] = [
                "prompt_tokens": .integer(usage.promptTokens),
                "prompt_cache_hit_tokens": .integer(usage.promptCacheHitTokens),
                "completion_tokens": .integer(usage.completionTokens),
                "reasoning_tokens": .integer(usage.reasoningTokens),
            ]
        }
        return text(.object(fields))
    }

    static func of(_ models: [Model]) -> String { text(.array(models.map { .string($0.id) })) }

    static func of(_ balance: Balance) -> String {
        let amounts = balance.amounts.map { amount -> JSONValue in
            ["currency": .string(amount.currency), "total": .string(amount.total)]
        }
        return text(["is_available": .bool(balance.isAvailable), "amounts": .array(amounts)])
    }

    private static func text(_ value: JSONValue) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { preconditionFailure("strings and integers are always JSON") }
        return String(decoding: data, as: UTF8.self)
    }
}
