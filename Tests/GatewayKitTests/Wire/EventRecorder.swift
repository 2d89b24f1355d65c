import GatewayKit
import PlatformCore
import TestSupport

/// Keeps the events of a part under test.
final class EventRecorder: Sendable {
    private let recorded = Lock<[GatewayEvent]>([])

    var events: [GatewayEvent] { recorded.withLock { $0 } }

    var record: @Sendable (GatewayEvent) -> Void {
        { [recorded] event in recorded.withLock { $0.append(event) } }
    }

    /// Waits until an event fits.
    func wait(_ what: String, until isWanted: @escaping @Sendable (GatewayEvent) -> Bool) async throws {
        try await eventually(.seconds(20), what) { [self] in events.contains(where: isWanted) }
    }

    /// Waits until several events fit.
    func wait(_ count: Int, _ what: String, until isWanted: @escaping @Sendable (GatewayEvent) -> Bool) async throws {
        try await eventually(.seconds(20), "\(count) \(what)") { [self] in events.count(where: isWanted) >= count }
    }

    /// Forgets what has happened so far.
    func clear() { recorded.withLock { $0 = [] } }
}
