import PlatformCore

/// Whether a gateway has begun to listen, for those who wait for it.
final class StartSignal: Sendable {
    private enum State {
        case idle
        case starting
        case listening([String])
        case ended(GatewayError)
    }

    private struct Storage {
        var state = State.idle
        var waiting: [UInt64: CheckedContinuation<Result<[String], GatewayError>, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let storage = Lock(Storage())

    /// Someone runs the gateway; only one may, once.
    func begin() throws(GatewayError) {
        let isFirst = storage.withLock { storage in
            guard case .idle = storage.state else { return false }
            storage.state = .starting
            return true
        }
        guard isFirst else {
            throw GatewayError(.alreadyRunning, attempt: "run the gateway", cause: "a gateway runs once")
        }
    }

    /// It listens.
    func succeed(_ addresses: [String]) { become(.listening(addresses), .success(addresses)) }

    /// It has ended, or never began.
    func end(with error: GatewayError) { become(.ended(error), .failure(error)) }

    /// Waits until it listens or has ended.
    func wait() async throws(GatewayError) -> [String] {
        let waiter = storage.withLock { storage in
            storage.nextWaiter += 1
            return storage.nextWaiter
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: Result<[String], GatewayError>? = storage.withLock { storage in
                    switch storage.state {
                    case .listening(let addresses): return .success(addresses)
                    case .ended(let error): return .failure(error)
                    case .idle, .starting:
                        if Task.isCancelled { return .failure(Self.cancelled) }
                        storage.waiting[waiter] = continuation
                        return nil
                    }
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            storage.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume(returning: .failure(Self.cancelled))
        }
        return try result.get()
    }

    private static let cancelled = GatewayError(
        .stopped,
        attempt: "wait for the gateway",
        cause: "the waiting task was cancelled"
    )

    private func become(_ state: State, _ result: Result<[String], GatewayError>) {
        let waiting = storage.withLock { storage in
            storage.state = state
            defer { storage.waiting = [:] }
            return Array(storage.waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }
}
