/// Whether bytes are UTF-8 (RFC 3629), told at the first byte that cannot be.
package struct UTF8Check: Sendable {
    // What the next byte has to be: one of `missing` continuation bytes, within bounds that are narrower after
    // E0, ED, F0 and F4 (no overlong forms, no surrogates, nothing above U+10FFFF).
    private var missing: UInt8 = 0
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    package init() {}

    /// Whether the bytes so far end with a whole character.
    package var isComplete: Bool { missing == 0 }

    /// Takes the next part of a text; false once it cannot be UTF-8 any more.
    package mutating func accept(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            if missing == 0 {
                index += Self.asciiPrefix(UnsafeRawBufferPointer(rebasing: bytes[index...]))
                guard index < bytes.count else { return true }
            }
            guard accept(bytes[index]) else { return false }
            index += 1
        }
        return true
    }

    /// Whether a whole text is UTF-8.
    ///
    /// ASCII is skipped 32 bytes at a time, the rest is checked by the standard library, without a copy.
    package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let ascii = asciiPrefix(bytes)
        guard ascii < bytes.count else { return true }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[ascii...])
        return rest.withMemoryRebound(to: UInt8.self) { rest in
            (try? UTF8Span(validating: rest.span)) != nil
        }
    }

    /// How many bytes at the front are ASCII.
    private static func asciiPrefix(_ bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while offset + 32 <= bytes.count {
            let block = bytes.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt64>.self)
            let high = block & SIMD4(repeating: 0x8080_8080_8080_8080)
            guard high == .zero else { break }
            offset += 32
        }
        while offset < bytes.count, bytes[offset] < 0x80 { offset += 1 }
        return offset
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        if missing > 0 {
            guard byte >= lowest, byte <= highest else { return false }
            missing -= 1
            (lowest, highest) = (0x80, 0xBF)
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, lowest) = (2, 0xA0)
        case 0xED: (missing, highest) = (2, 0x9F)
        case 0xE1...0xEF: missing = 2
        case 0xF0: (missing, lowest) = (3, 0x90)
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, highest) = (3, 0x8F)
        default: return false
        }
        return true
    }
}
