import PlatformCore

/// Settles jobs in batches: those that end while a settlement is on its way go with the next one.
final class Settler: Sendable {
    private enum Turn {
        case settled(Swift.Result<Bool, QueueError>)
        /// To settle its own job and all that wait.
        case lead
    }

    private struct Waiting {
        let token: Reservation.Token
        let outcome: Outcome
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        /// Whether somebody leads.
        var isLed = false
        var waiting: [Waiting] = []

        mutating func beginLeading() -> Bool {
            defer { isLed = true }
            return !isLed
        }
    }

    private let store: any JobStore
    private let state = Lock(State())

    init(store: any JobStore) {
        self.store = store
    }

    /// Takes a worker's word on a job, as `JobStore.settle` does.
    func settle(_ token: Reservation.Token, _ outcome: Outcome) async throws(QueueError) -> Bool {
        if state.withLock({ $0.beginLeading() }) { return try await lead(token, outcome) }
        let turn = await withCheckedContinuation { continuation in
            let leads = state.withLock { state in
                if state.beginLeading() { return true }
                state.waiting.append(Waiting(token: token, outcome: outcome, continuation: continuation))
                return false
            }
            if leads { continuation.resume(returning: .lead) }
        }
        switch turn {
        case .settled(let result): return try result.get()
        case .lead: return try await lead(token, outcome)
        }
    }

    private func lead(_ token: Reservation.Token, _ outcome: Outcome) async throws(QueueError) -> Bool {
        let others = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        defer { passOn() }
        do throws(QueueError) {
            let results = try await store.settle([(token, outcome)] + others.map { ($0.token, $0.outcome) })
            for (other, result) in zip(others, results.dropFirst()) {
                other.continuation.resume(returning: .settled(.success(result)))
            }
            return results[0]
        } catch {
            for other in others { other.continuation.resume(returning: .settled(.failure(error))) }
            throw error
        }
    }

    /// Has the first of those who have come meanwhile lead.
    private func passOn() {
        let next = state.withLock { state in
            state.isLed = !state.waiting.isEmpty
            return state.isLed ? state.waiting.removeFirst() : nil
        }
        next?.continuation.resume(returning: .lead)
    }
}
