#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A chunk of a stream that later ones are like but for their text: those are then read without decoding their JSON.
///
/// The chunks of one answer differ in nothing but what is said. One that begins and ends as the chunk before, with plain
/// text between the quotes, says that text; every other one is decoded, and may become the next template. That takes a
/// hundredth of the time, and what a chunk means is still the decoder's word alone.
struct ChunkTemplate {
    private enum Kind: CaseIterable {
        case content
        case reasoning

        /// What the text follows, with nothing between: a text itself cannot have it, since its quotes are escaped.
        var key: StaticString {
            switch self {
            case .content: "\"content\":\""
            case .reasoning: "\"reasoning_content\":\""
            }
        }
    }

    private let kind: Kind
    private let prefix: [UInt8]
    private let suffix: [UInt8]

    /// The template that a decoded chunk makes; nil if it says anything but one plain piece of text in one place.
    init?(_ data: ArraySlice<UInt8>, of chunk: ChatCompletionAnswer) {
        guard let choices = chunk.choices, choices.count == 1, chunk.usage == nil, chunk.error == nil,
            choices[0].index == 0, choices[0].finishReason == nil, choices[0].logprobs == nil,
            let said = choices[0].said, said.events.count == 1
        else { return nil }
        let (kind, text): (Kind, String)
        switch said.events[0] {
        case .content(let content): (kind, text) = (.content, content)
        case .reasoning(let reasoning): (kind, text) = (.reasoning, reasoning)
        default: return nil
        }
        let places = Self.places(of: kind.key, in: data)
        guard places.count == 1, let start = places.first, data[start...].starts(with: text.utf8) else { return nil }
        let end = start + text.utf8.count
        guard end < data.endIndex, data[end] == UInt8(ascii: "\"") else { return nil }
        (self.kind, prefix, suffix) = (kind, Array(data[..<start]), Array(data[end...]))
    }

    /// The step of a chunk like this one; nil for any other, and for text that is empty or has to be decoded.
    func read(_ data: ArraySlice<UInt8>) -> ChatCompletionEvent? {
        data.withUnsafeBytes { bytes in
            guard bytes.count > prefix.count + suffix.count, isFramed(bytes) else { return nil }
            let text = UnsafeRawBufferPointer(rebasing: bytes[prefix.count..<bytes.count - suffix.count])
            // RFC 8259 7: these alone are not themselves in a string.
            guard text.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }),
                let said = String(validating: text, as: UTF8.self)
            else { return nil }
            return kind == .content ? .content(said) : .reasoning(said)
        }
    }

    private func isFramed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return false }
        return memcmp(base, prefix, prefix.count) == 0
            && memcmp(base + bytes.count - suffix.count, suffix, suffix.count) == 0
    }

    /// Where what follows a key begins.
    private static func places(of key: StaticString, in data: ArraySlice<UInt8>) -> [Int] {
        data.withUnsafeBytes { bytes in
            let length = key.utf8CodeUnitCount
            guard let base = bytes.baseAddress, bytes.count > length else { return [] }
            return (0..<bytes.count - length).filter { memcmp(base + $0, key.utf8Start, length) == 0 }.map {
                data.startIndex + $0 + length
            }
        }
    }
}
