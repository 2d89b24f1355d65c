/// What has been received and not been read yet; a parser moves it on.
///
/// The bytes belong to whoever made the cursor, and a parser may change them in place.
package struct ByteCursor {
    /// What is left.
    package private(set) var rest: UnsafeMutableRawBufferPointer

    package init(_ bytes: UnsafeMutableRawBufferPointer) { rest = bytes }

    /// How many bytes are left.
    package var count: Int { rest.count }

    /// Takes bytes from the front; at most `count` of them.
    package mutating func take(_ length: Int) -> UnsafeMutableRawBufferPointer {
        let taken = UnsafeMutableRawBufferPointer(rebasing: rest[..<length])
        rest = UnsafeMutableRawBufferPointer(rebasing: rest[length...])
        return taken
    }

    /// Passes over bytes at the front; there are at least `length`.
    @inline(__always)
    mutating func skip(_ length: Int) {
        rest = UnsafeMutableRawBufferPointer(start: rest.baseAddress.map { $0 + length }, count: rest.count - length)
    }
}
