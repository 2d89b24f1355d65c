/// Bytes made once and sent to many connections of any loop: an encoded frame, a page.
///
/// A connection's loop copies them once per turn, however many of its connections write them in that turn one after the
/// other, and messages written in the same order to many connections lie side by side for one plain send each.
package final class SharedBytes: @unchecked Sendable {
    // Proof of Sendable: the memory is filled before `init` returns and never changes.

    /// The bytes, good for as long as this object.
    package let bytes: UnsafeRawBufferPointer

    /// Copies bytes.
    package init(_ source: UnsafeRawBufferPointer) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 1)
        memory.copyMemory(from: source)
        bytes = UnsafeRawBufferPointer(memory)
    }

    /// Makes `count` bytes of room, which `fill` fills wholly.
    package init(count: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        fill(memory)
        bytes = UnsafeRawBufferPointer(memory)
    }

    /// Copies an array.
    package convenience init(_ source: [UInt8]) {
        self.init(count: source.count) { $0.copyBytes(from: source) }
    }

    deinit {
        bytes.deallocate()
    }
}
