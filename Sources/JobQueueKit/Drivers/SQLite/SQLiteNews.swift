import PlatformCore

/// What the writes of a group have for those who wait for jobs, told once behind their commit.
final class SQLiteNews: Sendable {
    private struct State {
        var isNoted = false
        /// False after a look that found nothing: the next one is then made without the write lock.
        var mayHaveWork = true
    }

    let bell: Doorbell
    private let wake: WakeSignal
    private let state = Lock(State())

    init(bell: Doorbell, wake: WakeSignal) {
        self.bell = bell
        self.wake = wake
    }

    /// A write makes a job ready, or changes when one will be.
    func note() {
        state.withLock { $0.isNoted = true }
    }

    /// The writes are committed.
    func tell() {
        let isNoted = state.withLock { state in
            defer { state.isNoted = false }
            if state.isNoted { state.mayHaveWork = true }
            return state.isNoted
        }
        guard isNoted else { return }
        wake.notify()
        bell.ring()
    }

    /// There may be more.
    func hint() {
        state.withLock { $0.mayHaveWork = true }
    }

    /// Whether there may be something since the hint was taken before.
    func takeHint() -> Bool {
        state.withLock { state in
            defer { state.mayHaveWork = false }
            return state.mayHaveWork
        }
    }
}
