#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A request for a completion as the simulator understands it.
public struct Question: Sendable, Hashable {
    /// One message of it.
    public struct Message: Sendable, Hashable {
        /// `system`, `user`, `assistant` or `tool`.
        public let role: String
        /// Its text; of parts, the text ones joined.
        public let content: String
        /// The thoughts sent back with it; nil for none.
        public let reasoning: String?
        /// How many calls of tools it makes.
        public let toolCalls: Int
    }

    /// The model that was asked for.
    public let model: String
    /// The messages, oldest first; for a gap to fill (`POST /beta/completions`) one of the user, which is the prompt.
    public let messages: [Message]
    /// Whether the answer is streamed.
    public let isStreaming: Bool
    /// Whether the model thinks first: as with the real API it does unless told not to.
    public let isThinking: Bool
    /// The names of the functions offered.
    public let tools: [String]
    /// Whether a call of one is demanded.
    public let demandsTool: Bool
    /// Whether a gap is to be filled.
    public let isGap: Bool

    /// The last thing the person said.
    public var text: String { messages.last { $0.role == "user" }?.content ?? "" }

    /// The token of the form `nonce-…` in the question, or one made from a hash of it.
    ///
    /// Answers quote it, so that a test can tell that its own question was answered.
    public var nonce: String {
        if let range = text.firstRange(of: "nonce-") {
            let tail = text[range.upperBound...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
            if !tail.isEmpty { return "nonce-\(tail)" }
        }
        // FNV-1a: the same for the same question, in every process.
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "nonce-" + String(hash, radix: 16)
    }
}

extension Question {
    /// Reads the body of `POST /chat/completions`; nil when it is not one.
    init?(chat body: [UInt8]) {
        guard let wire: Wire = Self.read(body), let messages = wire.messages, !messages.isEmpty else { return nil }
        self.init(
            model: wire.model,
            messages: messages.map {
                Message(
                    role: $0.role,
                    content: $0.content?.text ?? "",
                    reasoning: $0.reasoning,
                    toolCalls: $0.toolCalls?.count ?? 0
                )
            },
            isStreaming: wire.stream ?? false,
            isThinking: wire.thinking?.type != "disabled" && wire.effort != "none",
            tools: wire.tools?.map(\.function.name) ?? [],
            demandsTool: wire.toolChoice?.isDemand ?? false,
            isGap: false
        )
    }

    /// Reads the body of `POST /completions`; nil when it is not one.
    init?(gap body: [UInt8]) {
        guard let wire: Wire = Self.read(body), let prompt = wire.prompt else { return nil }
        self.init(
            model: wire.model,
            messages: [Message(role: "user", content: prompt, reasoning: nil, toolCalls: 0)],
            isStreaming: wire.stream ?? false,
            isThinking: false,
            tools: [],
            demandsTool: false,
            isGap: true
        )
    }

    /// What the real API refuses it for; nil if nothing.
    var fault: String? {
        if isThinking, demandsTool { return "Thinking mode does not support this tool_choice" }
        if isThinking, messages.contains(where: { $0.toolCalls > 0 && $0.reasoning == nil }) {
            return "The `reasoning_content` in the thinking mode must be passed back to the API."
        }
        return nil
    }

    private static func read(_ body: [UInt8]) -> Wire? { try? JSONDecoder().decode(Wire.self, from: Data(body)) }

    private struct Wire: Decodable {
        struct Thinking: Decodable { var type: String }
        struct Tool: Decodable { var function: Function }
        struct Function: Decodable { var name: String }
        struct ToolCall: Decodable {}

        struct Message: Decodable {
            var role: String
            var content: Content?
            var reasoning: String?
            var toolCalls: [ToolCall]?

            private enum CodingKeys: String, CodingKey {
                case role, content
                case reasoning = "reasoning_content"
                case toolCalls = "tool_calls"
            }
        }

        var model: String
        var messages: [Message]?
        var prompt: String?
        var stream: Bool?
        var thinking: Thinking?
        var effort: String?
        var tools: [Tool]?
        var toolChoice: ToolChoice?

        private enum CodingKeys: String, CodingKey {
            case model, messages, prompt, stream, thinking, tools
            case effort = "reasoning_effort"
            case toolChoice = "tool_choice"
        }
    }

    private struct Content: Decodable {
        var text: String

        private struct Part: Decodable { var text: String? }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let parts = try? container.decode([Part].self) {
                text = parts.compactMap(\.text).joined()
            } else {
                text = try container.decode(String.self)
            }
        }
    }

    private struct ToolChoice: Decodable {
        let isDemand: Bool

        init(from decoder: any Decoder) throws {
            let word = try? decoder.singleValueContainer().decode(String.self)
            isDemand = word.map { $0 == "required" } ?? true  // else an object that names one
        }
    }
}
