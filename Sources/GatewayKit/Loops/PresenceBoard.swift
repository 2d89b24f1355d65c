import PlatformCore

/// Which uids have a socket on any loop, for whoever wants to hear when one gets its first or loses its last.
///
/// A loop notes here what changes among its own clients. All changes take their turn behind one lock, so that the listener
/// hears them in an order in which they happened, one at a time, though on changing threads; it is called outside the lock
/// and may do what it likes with the gateway.
final class PresenceBoard: Sendable {
    private struct State {
        /// How many loops have clients of a uid.
        var loops: [ByteKey: Int] = [:]
        var untold: [(uid: String, isPresent: Bool)] = []
        /// Whether someone tells, or is going to.
        var isTold = false
    }

    private let state = Lock(State())
    private let listener: @Sendable (String, Bool) -> Void

    init(_ listener: @escaping @Sendable (_ uid: String, _ isPresent: Bool) -> Void) {
        self.listener = listener
    }

    /// Notes that a loop has its first client of a uid, or has lost its last.
    ///
    /// - Returns: whether the caller is to see that `tell` is called.
    func note(_ uid: String, isPresent: Bool) -> Bool {
        state.withLock { state in
            let key = ByteKey(uid)
            let before = state.loops[key] ?? 0
            let after = isPresent ? before + 1 : before - 1
            state.loops[key] = after == 0 ? nil : after
            guard before == 0 || after == 0 else { return false }
            state.untold.append((uid, isPresent))
            defer { state.isTold = true }
            return !state.isTold
        }
    }

    /// Tells the listener all that it has not heard.
    func tell() {
        while true {
            let changes = state.withLock { state in
                if state.untold.isEmpty { state.isTold = false }
                defer { state.untold = [] }
                return state.untold
            }
            if changes.isEmpty { return }
            for change in changes { listener(change.uid, change.isPresent) }
        }
    }
}
