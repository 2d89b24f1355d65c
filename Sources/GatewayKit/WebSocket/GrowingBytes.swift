/// Bytes that arrive in parts, in memory of their own whose address holds until the next change.
///
/// An array would not do: a pointer into it is good only inside a closure.
package struct GrowingBytes: ~Copyable {
    private var memory: UnsafeMutableRawPointer?
    /// How much memory there is.
    package private(set) var capacity = 0
    /// How many bytes there are.
    package private(set) var count = 0

    package init() {}

    deinit { memory?.deallocate() }

    /// What is there; valid until the next change.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

    /// Appends a copy; the memory doubles as needed, so that its size follows what arrived, not what was announced.
    ///
    /// - Parameters:
    ///   - more: The bytes.
    ///   - expected: How many may follow, so that the memory does not grow beyond them.
    package mutating func append(_ more: UnsafeRawBufferPointer, expecting expected: Int = .max) {
        guard let source = more.baseAddress, more.count > 0 else { return }
        let (limit, overflow) = (count + more.count).addingReportingOverflow(expected)
        room(atLeast: more.count, limit: overflow ? .max : limit).copyMemory(
            from: UnsafeRawBufferPointer(start: source, count: more.count)
        )
        count += more.count
    }

    /// Memory behind the bytes, to be written before `extend(by:)`.
    ///
    /// - Parameters:
    ///   - least: How much is needed; less is given only where `limit` says so.
    ///   - wanted: How much to take if there is too little.
    ///   - limit: How many bytes there may be in all, those that are there included.
    /// - Returns: The room, good until the next change.
    package mutating func room(
        atLeast least: Int,
        wanted: Int = 64,
        limit: Int = .max
    ) -> UnsafeMutableRawBufferPointer {
        let needed = min(count + least, limit)
        if needed > capacity { grow(to: min(limit, max(needed, count + wanted, capacity * 2))) }
        guard let memory else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(start: memory + count, count: max(0, min(capacity, limit) - count))
    }

    /// Takes in what was written into the room.
    package mutating func extend(by more: Int) { count += more }

    /// Forgets the bytes, and gives the memory back if it is more than `kept`.
    package mutating func clear(keeping kept: Int = 0) {
        count = 0
        guard capacity > kept else { return }
        memory?.deallocate()
        memory = nil
        capacity = 0
    }

    private mutating func grow(to larger: Int) {
        let target = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        if let memory {
            target.copyMemory(from: memory, byteCount: count)
            memory.deallocate()
        }
        memory = target
        capacity = larger
    }
}
