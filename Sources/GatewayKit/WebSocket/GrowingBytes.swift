/// Bytes that arrive in parts, in memory of their own whose address holds until the next change.
///
/// An array would not do: a pointer into it is good only inside a closure.
package struct GrowingBytes: ~Copyable {
    private var memory: UnsafeMutableRawPointer?
    private var capacity = 0
    /// How many bytes there are.
    package private(set) var count = 0

    package init() {}

    deinit { memory?.deallocate() }

    /// What has been appended; valid until the next change.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

    /// Appends a copy; the memory doubles as needed, so that its size follows what arrived, not what was announced.
    package mutating func append(_ more: UnsafeRawBufferPointer) {
        guard let source = more.baseAddress, more.count > 0 else { return }
        if count + more.count > capacity { grow(to: count + more.count) }
        memory!.advanced(by: count).copyMemory(from: source, byteCount: more.count)
        count += more.count
    }

    /// Forgets the bytes and gives the memory back.
    package mutating func clear() {
        memory?.deallocate()
        memory = nil
        capacity = 0
        count = 0
    }

    private mutating func grow(to needed: Int) {
        let target = max(needed, capacity * 2, 64)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: target, alignment: 16)
        if let memory {
            larger.copyMemory(from: memory, byteCount: count)
            memory.deallocate()
        }
        memory = larger
        capacity = target
    }
}
