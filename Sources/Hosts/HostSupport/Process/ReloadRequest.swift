import PlatformCore

/// A wish that what was read at the start is read again, expressed by SIGHUP any number of times.
package final class ReloadRequest: Sendable {
    private let bodies = Lock<[@Sendable () -> Void]>([])

    package init() {}

    /// Calls `body` whenever somebody asks, on whichever thread that is.
    package func whenAsked(_ body: @escaping @Sendable () -> Void) {
        bodies.withLock { $0.append(body) }
    }

    /// Asks.
    package func ask() {
        for body in bodies.withLock({ $0 }) { body() }
    }
}
