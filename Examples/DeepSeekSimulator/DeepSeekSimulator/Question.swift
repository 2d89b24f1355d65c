#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A request as the simulator understands it, kept for tests to look at.
public struct Question: Sendable, Hashable {
    /// One message of it.
    public struct Message: Sendable, Hashable {
        /// `system`, `user`, `assistant` or `tool`.
        public let role: String
        /// Its text; of parts, the text ones joined.
        public let content: String
    }

    /// The model that was asked for.
    public let model: String
    /// The messages, oldest first.
    public let messages: [Message]
    /// Whether the answer is streamed.
    public let isStreaming: Bool
    /// Whether the model thinks first: as with the real API it does unless told not to.
    public let isThinking: Bool

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
    init?(_ body: [UInt8]) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(body)), !wire.messages.isEmpty else {
            return nil
        }
        self.init(
            model: wire.model,
            messages: wire.messages.map { Message(role: $0.role, content: $0.content?.text ?? "") },
            isStreaming: wire.stream ?? false,
            isThinking: wire.thinking?.type != "disabled"
        )
    }

    private struct Wire: Decodable {
        var model: String
        var messages: [WireMessage]
        var stream: Bool?
        var thinking: Thinking?
    }

    private struct Thinking: Decodable {
        var type: String
    }

    private struct WireMessage: Decodable {
        var role: String
        var content: WireContent?
    }

    private struct WireContent: Decodable {
        var text: String

        private struct Part: Decodable {
            var text: String?
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let parts = try? container.decode([Part].self) {
                text = parts.compactMap(\.text).joined()
            } else {
                text = try container.decode(String.self)
            }
        }
    }
}
