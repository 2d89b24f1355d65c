/// At most 16 bytes in registers: a frame's header on its way to the socket.
package struct ByteWord: Sendable {
    /// The bytes, the first lowest.
    let bits: UInt128
    /// How many there are.
    package let count: Int

    /// The `count` lowest bytes of `bits`, the lowest first.
    @inline(__always)
    package init(_ bits: UInt128, count: Int) {
        self.bits = bits.littleEndian
        self.count = count
    }

    /// Lends the bytes.
    @inline(__always)
    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Swift.withUnsafeBytes(of: bits) { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
}
