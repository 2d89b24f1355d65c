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
        let isOpen = { @Sendable [announcement] (address: String) in announcement.opened(Door(.admin, at: address)) }
        return admin.part(listen: listen, onListening: isOpen, log: logger.log)
    }

    /// Where commands ask this host; nil, after saying why in the log, if there is no such place.
    func controlPart(until stop: StopRequest) -> HostPart? {
        let began = ContinuousClock.now
        let startedAt = Int(WallClock.system.now() / 1000)
        let desk = ControlDesk(admin: admin) { [host, settings, announcement] in
            await HostStatus(
                host: host,
                mode: settings.mode(of: host),
                startedAt: startedAt,
                uptime: .now - began,
                state: stop.state,
                listeners: announcement.doors
            )
        }
        do throws(SystemError) {
            return try ControlSocket(pidFile: settings.pidFile).part(log: logger.log) { await desk.respond(to: $0) }
        } catch {
            logger.log(LogLine(.warning, "host", "commands such as status cannot ask this host: \(error)"))
            return nil
        }
    }

    /// Why a host that ends is not ready.
    private struct IsStopping: Error, CustomStringConvertible {
        let description = "it is stopping"
    }

    func watch(_ gateway: Gateway) {
        admin.addFigures { $0.add(gateway.statistics) }
        admin.addReport { $0.gateway = HostStatus.Gateway(loops: gateway.loopStatistics, total: gateway.statistics) }
        admin.setLister { try await gateway.connections($0, limit: $1) }
        admin.addCheck("gateway") { _ = try await gateway.listeningAddress() }
    }

    /// The gateways of other processes: ready when those that the Register names answer.
    func watch(_ client: RemoteGatewayClient) {
        admin.addCheck("gateways") { _ = try await client.clientCount() }
    }

    func watchAPI() {
        admin.addFigures { [tally] in tally.addAPI(to: &$0) }
        admin.addReport { [tally] in $0.api = tally.api }
    }

    func watchWorkers() {
        admin.addFigures { [tally] in tally.addWorkers(to: &$0) }
        admin.addReport { [tally] in $0.worker = tally.worker }
    }

    func watch(_ store: SQLiteChatStore) {
        admin.addFigures { [tally] in tally.addDatabase(to: &$0) }
        admin.addCheck("database", lifetime: .seconds(2)) { try await store.checkWriting() }
    }

    func watch(_ queue: JobQueue) {
        admin.addFigures { metrics in
            // A queue that cannot be read is `/readyz`'s to tell.
            if let counts = try? await queue.counts() { metrics.add(counts) }
        }
        admin.addReport { status in
            guard let jobs = try? await queue.statistics() else { return }
            status.queue = HostStatus.Queue(
                waiting: jobs.waiting,
                delayed: jobs.delayed,
                reserved: jobs.reserved,
                failed: jobs.failed
            )
        }
        admin.addCheck("queue") { _ = try await queue.statistics() }
    }
}
