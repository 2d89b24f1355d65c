import GatewayKit
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension HostStatus {
    /// What is known of this process by itself.
    init(host: HostName, mode: String, startedAt: Int, uptime: Duration, state: State, listeners: [Door]) {
        let figures = ProcessFigures(startTime: startedAt)
        self.init(
            host: host.rawValue,
            version: HawkVersion.text,
            process: getpid(),
            state: state,
            mode: mode,
            startedAt: startedAt,
            uptimeSeconds: Double(uptime.milliseconds) / 1000,
            memoryBytes: figures.memory,
            processorSeconds: figures.processorTime,
            descriptors: figures.descriptors,
            maxDescriptors: OpenFiles.limit,
            listeners: listeners
        )
    }
}

extension HostStatus.Gateway {
    /// What a gateway has counted.
    init(loops: [GatewayStatistics], total: GatewayStatistics) {
        self.init(loops: loops.map { HostStatus.Loop($0) }, total: HostStatus.Loop(total))
    }
}

extension HostStatus.Loop {
    init(_ statistics: GatewayStatistics) {
        self.init(
            connections: statistics.connections,
            clients: statistics.clients,
            messagesReceived: statistics.messagesReceived,
            bytesReceived: statistics.bytesReceived,
            messagesSent: statistics.messagesSent,
            bytesSent: statistics.bytesSent,
            backlogBytes: statistics.bufferedBytes,
            messagesDropped: statistics.messagesDropped
        )
    }
}

extension Settings {
    /// What a host with these settings does and how it was started, in words.
    func mode(of host: HostName) -> String {
        let hasTerminal = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].contains { Terminal.isTerminal($0) }
        let ground = hasTerminal ? "in the foreground" : "in the background"
        let work =
            switch host {
            case .hawk: "everything in one process"
            case .server where isRegisterOnly: "Register"
            case .server where hasBusinessWorkers: "gateway; PHP's BusinessWorkers serve the sockets"
            case .server: registerListen == nil ? "gateway" : "gateway and Register"
            case .api: "chat API and page"
            case .queue: "workers, \(concurrency) replies at once"
            }
        return "\(work), \(ground)"
    }
}
