#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a parser asks of a piece of text.
extension Span<UInt8> {
    /// The text, with U+FFFD for what is no UTF-8.
    var text: String { withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }

    /// What is left without the white space at both ends (RFC 9110 5.6.3).
    var trimmed: Range<Int> {
        var (start, end) = (0, count)
        while start < end, HTTPSyntax.isBlank(self[start]) { start += 1 }
        while start < end, HTTPSyntax.isBlank(self[end - 1]) { end -= 1 }
        return start..<end
    }

    func firstIndex(of byte: UInt8) -> Int? {
        withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let place = memchr(start, Int32(byte), bytes.count) else { return nil }
            return UnsafeRawPointer(place) - start
        }
    }

    func firstIndex(where isSought: (UInt8) -> Bool) -> Int? {
        for index in indices where isSought(self[index]) { return index }
        return nil
    }

    func allSatisfy(_ isFit: (UInt8) -> Bool) -> Bool { firstIndex { !isFit($0) } == nil }

    /// Whether it is the same as a text but for the case of ASCII letters.
    func matches(_ text: String) -> Bool {
        let utf8 = text.utf8
        guard utf8.count == count else { return false }
        let other = utf8.span
        for index in indices where HTTPSyntax.lower(self[index]) != HTTPSyntax.lower(other[index]) { return false }
        return true
    }
}
