/// Messages in the order in which they came, in a ring that grows; it is freed by its owner.
///
/// An array would check each access and move what is left, which costs more than a small message does.
struct MessageQueue {
    /// Room that an empty queue may keep.
    private static let kept = 64

    /// What they take up.
    private(set) var bytes = 0
    private var slots: UnsafeMutablePointer<Message>?
    private var capacity = 0  // zero or a power of two
    private var first = 0
    private var count = 0

    mutating func append(_ message: consuming Message) {
        if count == capacity { grow() }
        bytes += message.waitingBytes
        (slots.unsafelyUnwrapped + ((first + count) & (capacity - 1))).initialize(to: message)
        count += 1
    }

    mutating func popFirst() -> Message? {
        guard count > 0, let slots else { return nil }
        let message = (slots + first).move()
        first = (first + 1) & (capacity - 1)
        count -= 1
        bytes -= message.waitingBytes
        if count == 0, capacity > Self.kept { free() }
        return message
    }

    /// Drops everything, the room too.
    mutating func free() {
        while popFirst() != nil {}
        slots?.deallocate()
        self = MessageQueue()
    }

    private mutating func grow() {
        let wider = UnsafeMutablePointer<Message>.allocate(capacity: max(4, capacity * 2))
        if let slots {
            let end = capacity - first  // full: from `first` to the end, then from the beginning
            wider.moveInitialize(from: slots + first, count: end)
            (wider + end).moveInitialize(from: slots, count: first)
            slots.deallocate()
        }
        slots = wider
        capacity = max(4, capacity * 2)
        first = 0
    }
}

extension Message {
    /// What it takes up while it waits: its payload and its place, so that empty messages count too.
    var waitingBytes: Int {
        switch self {
        case .text(let text): text.utf8.count + MemoryLayout<Message>.stride
        case .binary(let bytes): bytes.count + MemoryLayout<Message>.stride
        }
    }
}
