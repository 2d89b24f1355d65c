import PlatformCore

/// Tells workers that a store may have something for them, so that they wait instead of asking again and again.
///
/// A store owns one and calls `notify` whenever a job may have become ready or a next wake-up time may have changed.
public final class WakeSignal: Sendable {
    private struct State {
        var generation: UInt64 = 0
        var serial: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var observers: [UInt64: @Sendable () -> Void] = [:]
    }

    private let state = Lock(State())

    /// A signal that nobody waits for yet.
    public init() {}

    /// Grows with each notification: read it before looking for work, wait past it when there was none.
    public var generation: UInt64 { state.withLock { $0.generation } }

    /// Wakes all who wait.
    public func notify() {
        let (waiters, observers) = state.withLock { state in
            state.generation += 1
            defer { state.waiters = [:] }
            return (Array(state.waiters.values), Array(state.observers.values))
        }
        for waiter in waiters { waiter.resume() }
        for observer in observers { observer() }
    }

    /// Returns once there was a notification after `generation`, or after `limit`, or when the task is cancelled.
    public func wait(past generation: UInt64, for limit: Duration) async {
        guard self.generation == generation, limit > .zero else { return }
        let (serial, deadline) = (newSerial(), ContinuousClock.now + limit)
        let timer = Task {
            try await Task.sleep(until: deadline)
            state.withLock { $0.waiters.removeValue(forKey: serial) }?.resume()
        }
        await wait(past: generation, serial, until: deadline)
        timer.cancel()
    }

    /// The same with the timer on a thread of its own, so that it ends in time though handlers block every other thread.
    func wait(past generation: UInt64, for limit: Duration, on thread: TaskThread) async {
        guard self.generation == generation, limit > .zero else { return }
        let (serial, deadline) = (newSerial(), ContinuousClock.now + limit)
        let timer = thread.at(deadline) { [state] in
            state.withLock { $0.waiters.removeValue(forKey: serial) }?.resume()
        }
        await wait(past: generation, serial, until: deadline)
        thread.cancel(timer)
    }

    /// Returns once there was a notification after `generation`, or when the task is cancelled.
    func wait(past generation: UInt64) async {
        await wait(past: generation, newSerial(), until: nil)
    }

    /// Calls `body` at each notification, until the returned closure is called.
    func observe(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let serial = state.withLock { state in
            state.serial += 1
            state.observers[state.serial] = body
            return state.serial
        }
        return { [weak self] in
            self?.state.withLock { _ = $0.observers.removeValue(forKey: serial) }
        }
    }

    private func newSerial() -> UInt64 {
        state.withLock { state in
            state.serial += 1
            return state.serial
        }
    }

    private func wait(past generation: UInt64, _ serial: UInt64, until deadline: ContinuousClock.Instant?) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    let isLate = deadline.map { $0 <= .now } ?? false
                    let isOver = state.generation != generation || isLate || Task.isCancelled
                    if !isOver { state.waiters[serial] = continuation }
                    return isOver
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: serial) }?.resume()
        }
    }
}
