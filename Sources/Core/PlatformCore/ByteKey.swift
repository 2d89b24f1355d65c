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
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
