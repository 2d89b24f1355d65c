/// Bytes that wait for a slow peer, and are counted while they do.
final class Backlog {
    private var queue = ByteQueue()
    private let meter: ByteMeter

    init(_ meter: ByteMeter) { self.meter = meter }

    deinit { meter.add(-queue.count) }

    var count: Int { queue.count }
    var isEmpty: Bool { queue.isEmpty }
    /// What waits, oldest first; good until the next change.
    var bytes: UnsafeRawBufferPointer { queue.bytes }

    func append(_ bytes: UnsafeRawBufferPointer) {
        queue.append(bytes)
        meter.add(bytes.count)
    }

    func drop(_ count: Int) {
        queue.drop(count)
        meter.add(-count)
    }
}
