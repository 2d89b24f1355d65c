/// Base 64 with either alphabet (RFC 4648).
package enum Base64 {
    /// Section 4: `+` and `/`, padded.
    package static func encode(_ bytes: [UInt8]) -> String {
        encode(bytes, count: (bytes.count + 2) / 3 * 4, standard)
    }

    /// Section 4, written behind other bytes.
    package static func append(_ bytes: Span<UInt8>, to text: inout [UInt8]) {
        standard.encode(bytes, count: (bytes.count + 2) / 3 * 4) { text.append($0) }
    }

    /// Section 5, as JWT and proofs use it: `-` and `_`, without padding.
    package static func encodeURL(_ bytes: [UInt8]) -> String {
        encode(bytes, count: (bytes.count * 4 + 2) / 3, urlSafe)
    }

    /// Section 4; nil for a foreign character, wrong padding or bits that a canonical encoder leaves zero.
    package static func decode(_ text: String) -> [UInt8]? {
        let text = text.utf8
        guard let characters = unpadded(text.span) else { return nil }
        return decode(text.span.extracting(characters), standard)
    }

    /// How many bytes a text of section 4 stands for; nil where `decode` would return nil.
    package static func decodedCount(_ text: Span<UInt8>) -> Int? {
        var count = 0
        guard let characters = unpadded(text) else { return nil }
        return standard.decode(text.extracting(characters)) { _ in count += 1 } ? count : nil
    }

    /// Section 5 without padding; nil for a foreign character or bits that a canonical encoder leaves zero.
    package static func decodeURL(_ text: String) -> [UInt8]? {
        let text = text.utf8
        return decode(text.span, urlSafe)
    }

    private static func encode(_ bytes: [UInt8], count: Int, _ alphabet: Alphabet) -> String {
        String(unsafeUninitializedCapacity: count) { output in
            var written = 0
            alphabet.encode(bytes.span, count: count) {
                output[written] = $0
                written += 1
            }
            return written
        }
    }

    private static func decode(_ text: Span<UInt8>, _ alphabet: Alphabet) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        return alphabet.decode(text) { bytes.append($0) } ? bytes : nil
    }

    /// Where the characters lie before at most two signs of padding; nil if that cannot be the right number of them.
    private static func unpadded(_ text: Span<UInt8>) -> Range<Int>? {
        guard text.count % 4 == 0 else { return nil }
        var count = text.count
        while count > 0, text.count - count < 2, text[count - 1] == UInt8(ascii: "=") { count -= 1 }
        return 0..<count
    }

    private static let standard = Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    private static let urlSafe = Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

    private struct Alphabet: Sendable {
        /// The character of each of the 64 values.
        private let characters: [UInt8]
        /// The value of each of the 256 bytes; 64: none.
        private let values: [UInt8]

        init(_ text: String) {
            characters = Array(text.utf8)
            var values = [UInt8](repeating: 64, count: 256)
            for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
            self.values = values
        }

        /// Writes `count` characters; where the bytes end earlier there is padding.
        @inline(__always)
        func encode(_ bytes: Span<UInt8>, count: Int, _ write: (UInt8) -> Void) {
            var (written, bits, pending) = (0, UInt32(0), 0)
            func writeNext() {
                write(characters[Int(bits >> UInt32(pending) & 63)])
                written += 1
            }
            for index in bytes.indices {
                bits = bits << 8 | UInt32(bytes[index])
                pending += 2
                writeNext()
                guard pending == 6 else { continue }
                pending = 0
                writeNext()
            }
            if pending > 0 {
                bits <<= UInt32(6 - pending)
                pending = 0
                writeNext()
            }
            for _ in written..<count { write(UInt8(ascii: "=")) }
        }

        /// Writes the bytes that a text without padding stands for; false if it stands for none.
        @inline(__always)
        func decode(_ text: Span<UInt8>, _ write: (UInt8) -> Void) -> Bool {
            guard text.count % 4 != 1 else { return false }
            var (bits, pending) = (UInt32(0), UInt32(0))
            for index in text.indices {
                let value = values[Int(text[index])]
                guard value < 64 else { return false }
                bits = bits << 6 | UInt32(value)
                pending += 6
                if pending >= 8 {
                    pending -= 8
                    write(UInt8(truncatingIfNeeded: bits >> pending))
                    bits &= (1 << pending) - 1
                }
            }
            return bits == 0
        }
    }
}
