import PlatformCore

/// Gathers what became of jobs, so that those that end while the store is busy are settled together.
final class Settler: Sendable {
    private struct Waiting {
        let token: Reservation.Token
        let outcome: Outcome
        let continuation: CheckedContinuation<Swift.Result<Bool, QueueError>?, Never>
    }

    private struct State {
        var waiting: [Waiting] = []
        /// Whether nobody flushes any more.
        var isClosed = false
    }

    private let store: any JobStore
    private let state = Lock(State())

    init(store: any JobStore) {
        self.store = store
    }

    /// Whether nothing waits for `flush`.
    var isEmpty: Bool { state.withLock { $0.waiting.isEmpty } }

    /// Takes a worker's word on a job, as `JobStore.settle` does: at the next `flush`, or at once when closed.
    func settle(
        _ token: Reservation.Token,
        _ outcome: Outcome,
        isWaiting: () -> Void
    ) async throws(QueueError) -> Bool {
        let result: Swift.Result<Bool, QueueError>? = await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if state.isClosed { return true }
                state.waiting.append(Waiting(token: token, outcome: outcome, continuation: continuation))
                return false
            }
            if isClosed { continuation.resume(returning: nil) } else { isWaiting() }
        }
        guard let result else { return try await store.settle([(token, outcome)])[0] }
        return try result.get()
    }

    /// Settles all that waits.
    func flush() async {
        let jobs = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        if jobs.isEmpty { return }
        do throws(QueueError) {
            let results = try await store.settle(jobs.map { ($0.token, $0.outcome) })
            for (job, result) in zip(jobs, results) { job.continuation.resume(returning: .success(result)) }
        } catch {
            for job in jobs { job.continuation.resume(returning: .failure(error)) }
        }
    }

    /// Flushes no more; what still waits is settled at once.
    func close() {
        state.withLock { $0.isClosed = true }
        if !isEmpty { Task { await flush() } }
    }
}
