#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A text that equals another only when their UTF-8 bytes are equal.
///
/// Swift takes "é" and "e" with an accent behind it as one; a database, a token and another process do not. Names that
/// decide who gets what are compared and looked up by this.
package struct ByteKey: Hashable, Sendable {
    /// The text itself.
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package static func == (left: Self, right: Self) -> Bool {
        let (left, right) = (left.text.utf8, right.text.utf8)
        guard left.count == right.count else { return false }
        return left.span.withUnsafeBytes { left in
            right.span.withUnsafeBytes { right in
                left.isEmpty || memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0
            }
        }
    }

    package func hash(into hasher: inout Hasher) {
        let text = text.utf8
        text.span.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
