import PlatformCore

/// Gathers what became of jobs, so that those that end while the store is busy are settled together.
final class Settler: Sendable {
    fileprivate struct Waiting {
        let token: Reservation.Token
        let outcome: Outcome
        let continuation: CheckedContinuation<Swift.Result<Bool, QueueError>?, Never>
    }

    /// Jobs that are settled together.
    struct Batch: Sendable {
        fileprivate let waiting: [Waiting]

        var isEmpty: Bool { waiting.isEmpty }

        var outcomes: [(Reservation.Token, Outcome)] { waiting.map { ($0.token, $0.outcome) } }

        /// Tells each what the store said.
        func answer(_ results: Swift.Result<[Bool], QueueError>) {
            for (index, job) in waiting.enumerated() { job.continuation.resume(returning: results.map { $0[index] }) }
        }
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

    /// Hands out all that waits, to be settled and answered by the caller.
    func take() -> Batch {
        state.withLock { state in
            defer { state.waiting = [] }
            return Batch(waiting: state.waiting)
        }
    }

    /// Settles all that waits.
    func flush() async {
        let batch = take()
        if batch.isEmpty { return }
        do throws(QueueError) {
            batch.answer(.success(try await store.settle(batch.outcomes)))
        } catch {
            batch.answer(.failure(error))
        }
    }

    /// Has what comes later settled at once, by whoever brings it.
    func close() {
        state.withLock { $0.isClosed = true }
    }
}
