import PlatformCore

/// What other threads, tasks and the loop itself ask of a loop, in the order of asking.
///
/// Costs a lock, and one wake of the poller for each time the loop falls asleep, however many ask.
final class LoopInbox: Sendable {
    enum Item: Sendable {
        case job(UnownedJob)
        /// A job of a task that prefers the loop's `tasks`.
        case task(UnownedJob)
        case body(@Sendable () -> Void)
    }

    private struct State {
        var items: [Item] = []
        var isAsleep = false
        var hasEnded = false
    }

    private let state = Lock(State())
    private let wake: @Sendable () -> Void

    /// - Parameter wake: ends the loop's wait; called on the asking thread.
    init(wake: @escaping @Sendable () -> Void) {
        self.wake = wake
    }

    /// Adds an item; false if the loop has ended, and nothing will look here again.
    func push(_ item: Item) -> Bool {
        let (accepted, mustWake) = state.withLock { state in
            guard !state.hasEnded else { return (false, false) }
            state.items.append(item)
            defer { state.isAsleep = false }
            return (true, state.isAsleep)
        }
        if mustWake { wake() }
        return accepted
    }

    /// Exchanges what waits with `items`, which is empty and lends its memory.
    func take(into items: inout [Item]) {
        state.withLock { state in
            state.isAsleep = false
            swap(&state.items, &items)
        }
    }

    /// Whether nothing waits, so that the loop may sleep; from then on a push wakes it.
    func fallAsleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.items.isEmpty
            return state.isAsleep
        }
    }

    /// Refuses further items if nothing waits; false if something does.
    func end() -> Bool {
        state.withLock { state in
            state.hasEnded = state.items.isEmpty
            return state.hasEnded
        }
    }
}
