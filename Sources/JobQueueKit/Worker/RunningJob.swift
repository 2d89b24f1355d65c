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
        /// It had not begun when there was no more reason to.
        case notBegun
        /// It had not ended some time after it was cancelled.
        case abandoned
    }

    fileprivate struct State {
        var task: Task<Void, Never>?
        var cancellation: Cancellation?
        var continuation: CheckedContinuation<Ending, Never>?
        /// When the lease ends as far as is known here; nil for what is not lent.
        var leaseEnd: ContinuousClock.Instant?
        var hasBegun = false
        var hasEnded = false
        var isSettling = false
    }

    let reservation: Reservation
    /// Since when it has been here.
    let since = ContinuousClock.now
    private let state: Lock<State>

    init(_ reservation: Reservation, leaseEnd: ContinuousClock.Instant? = nil) {
        self.reservation = reservation
        state = Lock(State(leaseEnd: leaseEnd))
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

    /// The lease was renewed.
    func renewed(until leaseEnd: ContinuousClock.Instant) {
        state.withLock { $0.leaseEnd = leaseEnd }
    }

    /// Ends the run if it has not begun, since no thread was free for it; false if it has, or has ended.
    func handBack() -> Bool {
        let continuation = state.withLock { $0.hasBegun ? nil : $0.end() }
        continuation?.resume(returning: .notBegun)
        return continuation != nil
    }

    /// Runs `body` in a task of its own, until it ends or is left to itself.
    ///
    /// The task waits for a free thread of the cooperative pool: it is not begun if meanwhile the lease has ended, or the
    /// run was cancelled or handed back.
    func run(_ body: @escaping @Sendable () async throws -> Outcome) async -> Ending {
        await withCheckedContinuation { continuation in
            state.withLock { $0.continuation = continuation }
            let task = Task {
                guard begin() else { return end(.notBegun) }
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

    private func begin() -> Bool {
        state.withLock { state in
            guard !state.hasEnded, state.cancellation == nil, state.leaseEnd.map({ .now < $0 }) ?? true else {
                return false
            }
            state.hasBegun = true
            return true
        }
    }

    private func end(_ ending: Ending) {
        state.withLock { $0.end() }?.resume(returning: ending)
    }
}

extension RunningJob.State {
    /// Takes what waits for the end, the first time.
    fileprivate mutating func end() -> CheckedContinuation<RunningJob.Ending, Never>? {
        defer { continuation = nil }
        hasEnded = hasEnded || continuation != nil
        task = nil
        return continuation
    }
}
