/// Base 64 with either alphabet (RFC 4648).
package enum Base64 {
    /// Section 4: `+` and `/`, padded.
    package static func encode(_ bytes: [UInt8]) -> String {
        standard.encode(bytes, count: (bytes.count + 2) / 3 * 4)
    }

    /// Section 5, as JWT and proofs use it: `-` and `_`, without padding.
    package static func encodeURL(_ bytes: [UInt8]) -> String {
        urlSafe.encode(bytes, count: (bytes.count * 4 + 2) / 3)
    }

    /// Section 4; nil for a foreign character, wrong padding or bits that a canonical encoder leaves zero.
    package static func decode(_ text: String) -> [UInt8]? {
        let text = text.utf8
        let characters = text.span
        guard characters.count % 4 == 0 else { return nil }
        var count = characters.count
        while count > 0, characters.count - count < 2, characters[count - 1] == UInt8(ascii: "=") { count -= 1 }
        return standard.decode(characters.extracting(0..<count))
    }

    /// Section 5 without padding; nil for a foreign character or bits that a canonical encoder leaves zero.
    package static func decodeURL(_ text: String) -> [UInt8]? {
        let text = text.utf8
        return urlSafe.decode(text.span)
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

        /// The text of `count` characters; where the bytes end earlier there is padding.
        func encode(_ bytes: [UInt8], count: Int) -> String {
            String(unsafeUninitializedCapacity: count) { output in
                var (written, bits, pending) = (0, UInt32(0), 0)
                func write() {
                    output[written] = characters[Int(bits >> UInt32(pending) & 63)]
                    written += 1
                }
                for byte in bytes {
                    bits = bits << 8 | UInt32(byte)
                    pending += 2
                    write()
                    guard pending == 6 else { continue }
                    pending = 0
                    write()
                }
                if pending > 0 {
                    bits <<= UInt32(6 - pending)
                    pending = 0
                    write()
                }
                output[written..<count].update(repeating: UInt8(ascii: "="))
                return count
            }
        }

        func decode(_ text: Span<UInt8>) -> [UInt8]? {
            guard text.count % 4 != 1 else { return nil }
            var output: [UInt8] = []
            output.reserveCapacity(text.count * 3 / 4)
            var (bits, pending) = (UInt32(0), UInt32(0))
            for index in text.indices {
                let value = values[Int(text[index])]
                guard value < 64 else { return nil }
                bits = bits << 6 | UInt32(value)
                pending += 6
                if pending >= 8 {
                    pending -= 8
                    output.append(UInt8(truncatingIfNeeded: bits >> pending))
                    bits &= (1 << pending) - 1
                }
            }
            return bits == 0 ? output : nil
        }
    }
}
