import PlatformCore

/// One run of a job: the task that runs it, why it was cancelled, and the one ending that counts.
final class RunningJob: Sendable {
    /// Why a run was cancelled.
    enum Cancellation: Sendable {
        case outOfTime
        case stopping
        case leaseLost
    }

    /// How a run ended.
    enum Ending: Sendable {
        case returned(Outcome)
        case threw(any Error)
        /// It had not ended some time after it was cancelled.
        case abandoned
    }

    private struct State {
        var task: Task<Void, Never>?
        var cancellation: Cancellation?
        var continuation: CheckedContinuation<Ending, Never>?
        var hasEnded = false
        var isSettling = false
    }

    let reservation: Reservation
    private let state = Lock(State())

    init(_ reservation: Reservation) {
        self.reservation = reservation
    }

    /// Why the run was cancelled, if it was.
    var cancellation: Cancellation? { state.withLock { $0.cancellation } }

    /// Whether its outcome is on the way to the store.
    var isSettling: Bool { state.withLock { $0.isSettling } }

    /// Its outcome is about to be sent; false when that would be in vain because the lease was lost.
    func beginSettling() -> Bool {
        state.withLock { state in
            state.isSettling = state.cancellation != .leaseLost
            return state.isSettling
        }
    }

    /// Runs `body` in a task of its own, until it ends or is left to itself.
    func run(_ body: @escaping @Sendable () async throws -> Outcome) async -> Ending {
        await withCheckedContinuation { continuation in
            state.withLock { $0.continuation = continuation }
            let task = Task {
                do {
                    end(.returned(try await body()))
                } catch {
                    end(.threw(error))
                }
            }
            let isCancelled = state.withLock { state in
                if !state.hasEnded { state.task = task }
                return state.cancellation != nil
            }
            if isCancelled { task.cancel() }
        }
    }

    /// Cancels the run; the first reason counts.
    func cancel(_ reason: Cancellation) {
        let task = state.withLock { state in
            if state.cancellation == nil { state.cancellation = reason }
            return state.task
        }
        task?.cancel()
    }

    /// Waits for the run no longer.
    func abandon() {
        end(.abandoned)
    }

    private func end(_ ending: Ending) {
        let continuation = state.withLock { state in
            defer { state.continuation = nil }
            state.hasEnded = state.hasEnded || state.continuation != nil
            state.task = nil
            return state.continuation
        }
        continuation?.resume(returning: ending)
    }
}
