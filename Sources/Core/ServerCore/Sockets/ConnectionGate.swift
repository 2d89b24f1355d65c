import PlatformCore

/// How many connections a server may have, over all its listeners and loops.
///
/// Listeners ask before they accept, and rest while it is full: those who come wait in the system's queue. Whoever has
/// taken a connection calls `leave` when that is closed.
package final class ConnectionGate: Sendable {
    private struct State {
        var count = 0
        var waiting: [@Sendable () -> Void] = []
        /// Who wait until there is no connection left.
        var emptied: [CheckedContinuation<Void, Never>] = []

        mutating func takeEmptied() -> [CheckedContinuation<Void, Never>] {
            defer { emptied = [] }
            return emptied
        }
    }

    /// Hears when a listener begins to rest (true) and when it goes on, on the loop that accepts.
    let onChange: @Sendable (_ isFull: Bool, _ loop: EventLoop) -> Void

    private let limit: Int
    private let state = Lock(State())

    /// A gate for at most `limit` connections.
    package init(limit: Int, onChange: @escaping @Sendable (_ isFull: Bool, _ loop: EventLoop) -> Void = { _, _ in }) {
        self.limit = limit
        self.onChange = onChange
    }

    /// How many connections there are.
    package var count: Int { state.withLock { $0.count } }

    /// Counts one more; false if it is full.
    package func enter() -> Bool {
        state.withLock { state in
            guard state.count < limit else { return false }
            state.count += 1
            return true
        }
    }

    /// Counts one less.
    package func leave() {
        let (waiting, emptied) = state.withLock { state in
            state.count -= 1
            defer { state.waiting = [] }
            return (state.waiting, state.count == 0 ? state.takeEmptied() : [])
        }
        for body in waiting { body() }
        for continuation in emptied { continuation.resume() }
    }

    /// Returns when there is no connection left, or when `giveUp` is called.
    package func wait() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if state.count > 0 { state.emptied.append(continuation) }
                return state.count == 0
            }
            if isEmpty { continuation.resume() }
        }
    }

    /// Ends every wait.
    package func giveUp() {
        for continuation in state.withLock({ $0.takeEmptied() }) { continuation.resume() }
    }

    /// Calls `body` once there is room, perhaps at once.
    func whenRoom(_ body: @escaping @Sendable () -> Void) {
        let hasRoom = state.withLock { state in
            if state.count >= limit { state.waiting.append(body) }
            return state.count < limit
        }
        if hasRoom { body() }
    }
}
