import PlatformCore

/// How many connections there are, with a bound, and someone who waits until there are none.
final class ConnectionCount: Sendable {
    private struct State {
        var count = 0
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Lock(State())

    /// How many there are.
    var current: Int { state.withLock { $0.count } }

    /// Counts one more; false if that would exceed the limit.
    func enter(limit: Int) -> Bool {
        state.withLock { state in
            guard state.count < limit else { return false }
            state.count += 1
            return true
        }
    }

    /// Counts one less.
    func leave() {
        let waiting = state.withLock { state in
            state.count -= 1
            return state.count == 0 ? state.waiting.take() : nil
        }
        waiting?.resume()
    }

    /// Returns when none is left, or when `giveUp` is called.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if state.count > 0 { state.waiting = continuation }
                return state.count == 0
            }
            if isEmpty { continuation.resume() }
        }
    }

    /// Ends the wait, if there is one.
    func giveUp() {
        state.withLock { $0.waiting.take() }?.resume()
    }
}
