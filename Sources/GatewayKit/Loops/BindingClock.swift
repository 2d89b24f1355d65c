/// When bindings run out: all live equally long, so they end in the order in which they were made.
package struct BindingClock {
    /// A binding: whose it is, and its serial, by which one that was made anew is told from the one before.
    package struct Binding: Equatable {
        package let connection: UInt32
        package let serial: UInt64
        let deadline: ContinuousClock.Instant
    }

    private let lifetime: Duration
    private var waiting: [Binding] = []
    /// How many at the front of `waiting` are done with.
    private var head = 0

    package init(lifetime: Duration) { self.lifetime = lifetime }

    /// When the next binding ends; nil if there is none.
    package var nextDeadline: ContinuousClock.Instant? { head < waiting.count ? waiting[head].deadline : nil }

    /// Remembers a binding; true if it is the only one, so that somebody has to begin to watch.
    package mutating func note(_ connection: UInt32, serial: UInt64, now: ContinuousClock.Instant) -> Bool {
        waiting.append(Binding(connection: connection, serial: serial, deadline: now + lifetime))
        return waiting.count - head == 1
    }

    /// How many are remembered, those of clients that are gone or bound anew among them.
    package var count: Int { waiting.count - head }

    /// Forgets the bindings that are not there any more.
    package mutating func forget(where isGone: (Binding) -> Bool) {
        waiting = waiting[head...].filter { !isGone($0) }
        head = 0
    }

    /// Takes out what has ended by now, oldest first.
    package mutating func takeDue(at now: ContinuousClock.Instant) -> [Binding] {
        var due: [Binding] = []
        while head < waiting.count, waiting[head].deadline <= now {
            due.append(waiting[head])
            head += 1
        }
        if head > waiting.count / 2 {
            waiting.removeFirst(head)
            head = 0
        }
        return due
    }
}
