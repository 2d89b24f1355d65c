/// Names a timer of a loop, so that it can be cancelled.
package struct TimerID: Hashable, Sendable {
    let number: UInt64
}

/// Timers ordered by their deadline; those with the same deadline in order of their making.
///
/// Adding and taking cost the logarithm of the count; cancelling costs a look-up, and the entry goes when its turn comes
/// or when more than half are cancelled.
struct TimerHeap {
    private struct Entry {
        let deadline: ContinuousClock.Instant
        let number: UInt64

        static func < (left: Self, right: Self) -> Bool {
            (left.deadline, left.number) < (right.deadline, right.number)
        }
    }

    private var entries: [Entry] = []
    private var bodies: [UInt64: () -> Void] = [:]
    private var lastNumber: UInt64 = 0

    /// How many timers wait.
    var count: Int { bodies.count }

    mutating func add(at deadline: ContinuousClock.Instant, _ body: @escaping () -> Void) -> TimerID {
        lastNumber += 1
        bodies[lastNumber] = body
        entries.append(Entry(deadline: deadline, number: lastNumber))
        siftUp(entries.count - 1)
        return TimerID(number: lastNumber)
    }

    mutating func cancel(_ timer: TimerID) {
        guard bodies.removeValue(forKey: timer.number) != nil else { return }
        if entries.count > 64, entries.count > bodies.count * 2 { dropCancelled() }
    }

    /// When the next timer is due; nil if there is none.
    mutating func nextDeadline() -> ContinuousClock.Instant? {
        while let first = entries.first, bodies[first.number] == nil { removeFirst() }
        return entries.first?.deadline
    }

    /// Removes the earliest timer if it is due, and returns what it does.
    mutating func takeDue(at now: ContinuousClock.Instant) -> (() -> Void)? {
        guard let deadline = nextDeadline(), deadline <= now else { return nil }
        return bodies.removeValue(forKey: removeFirst().number)
    }

    @discardableResult
    private mutating func removeFirst() -> Entry {
        let first = entries[0]
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            siftDown(0)
        }
        return first
    }

    private mutating func dropCancelled() {
        entries.removeAll { bodies[$0.number] == nil }
        entries.sort(by: <)
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0, entries[child] < entries[(child - 1) / 2] {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count && entries[child] < entries[least]
            {
                least = child
            }
            if least == parent { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
