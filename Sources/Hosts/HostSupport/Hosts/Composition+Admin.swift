import ChatAPIKit
import GatewayKit
import JobQueueKit
import PlatformCore

/// How each part is looked at when an operator's tools ask.
extension Composition {
    /// Where they ask; nil unless the settings say where.
    func adminPart(until stop: StopRequest) -> HostPart? {
        guard let listen = settings.adminListen else { return nil }
        let started = Int(WallClock.system.now() / 1000)
        admin.addFigures { [host] in $0.add(ProcessFigures(startTime: started), host: host) }
        admin.addCheck("host") { if await stop.isAsked { throw IsStopping() } }
        return admin.part(listen: listen, log: logger.log)
    }

    /// Why a host that ends is not ready.
    private struct IsStopping: Error, CustomStringConvertible {
        let description = "it is stopping"
    }

    func watch(_ gateway: Gateway) {
        admin.addFigures { $0.add(gateway.statistics) }
        admin.addCheck("gateway") { _ = try await gateway.listeningAddress() }
    }

    /// The gateways of other processes: ready when those that the Register names answer.
    func watch(_ client: RemoteGatewayClient) {
        admin.addCheck("gateways") { _ = try await client.clientCount() }
    }

    func watch(_ store: SQLiteChatStore) {
        admin.addFigures { [tally] in tally.addDatabase(to: &$0) }
        admin.addCheck("database") { _ = try await store.positions(of: ["none"]) }
    }

    func watch(_ queue: JobQueue) {
        admin.addFigures { metrics in
            // A queue that cannot be read is `/readyz`'s to tell.
            if let counts = try? await queue.counts() { metrics.add(counts) }
        }
        admin.addCheck("queue") { _ = try await queue.statistics() }
    }
}
