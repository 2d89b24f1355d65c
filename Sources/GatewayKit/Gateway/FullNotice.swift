import PlatformCore
import ServerCore

/// Tells when the gateway has as many connections as it may, and when there has been room again for a second.
///
/// So a gateway that stays at its limit, where each connection that goes makes room for one that waits, tells so once.
final class FullNotice: Sendable {
    private struct State {
        var isFull = false
        var isTold = false
        var isWatched = false
    }

    private let tell: @Sendable (_ isFull: Bool) -> Void
    private let state = Lock(State())

    init(_ tell: @escaping @Sendable (_ isFull: Bool) -> Void) { self.tell = tell }

    /// Accepting rests, or goes on; on the loop that accepts.
    func changed(isFull: Bool, on loop: EventLoop) {
        let (mustTell, mustWatch) = state.withLock { state in
            state.isFull = isFull
            let mustTell = isFull && !state.isTold
            let mustWatch = !isFull && state.isTold && !state.isWatched
            if mustTell { state.isTold = true }
            if mustWatch { state.isWatched = true }
            return (mustTell, mustWatch)
        }
        if mustTell { tell(true) }
        if mustWatch { loop.schedule(after: .seconds(1)) { [self] in look(on: loop) } }
    }

    private func look(on loop: EventLoop) {
        let hasRoom = state.withLock { state in
            state.isWatched = false
            if !state.isFull { state.isTold = false }
            return !state.isFull
        }
        if hasRoom { tell(false) }
    }
}
