/// Bytes that wait for a slow peer: a connection has memory of its own only while there are some.
struct ByteQueue: ~Copyable {
    private var memory: UnsafeMutableRawPointer?
    private var capacity = 0
    private var head = 0
    private(set) var count = 0

    deinit {
        memory?.deallocate()
    }

    var isEmpty: Bool { count == 0 }

    /// What waits, oldest first; good until the next change.
    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory.map { $0 + head }, count: count)
    }

    mutating func append(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress, source.count > 0 else { return }
        makeRoom(for: source.count)
        guard let memory else { return }
        (memory + head + count).copyMemory(from: start, byteCount: source.count)
        count += source.count
    }

    mutating func drop(_ sent: Int) {
        head += sent
        count -= sent
        if count == 0 { removeAll() }
    }

    mutating func removeAll() {
        memory?.deallocate()
        memory = nil
        capacity = 0
        head = 0
        count = 0
    }

    private mutating func makeRoom(for more: Int) {
        if head + count + more <= capacity { return }
        if count + more <= capacity, head >= count, let memory {
            memory.copyMemory(from: memory + head, byteCount: count)
        } else {
            // Memory for what is there, and some more only where bytes have waited before: most wait alone.
            capacity = max(4096, count + more + count / 2)
            let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
            if let memory {
                larger.copyMemory(from: memory + head, byteCount: count)
                memory.deallocate()
            }
            memory = larger
        }
        head = 0
    }
}
