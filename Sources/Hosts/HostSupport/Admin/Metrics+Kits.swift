import GatewayKit
import JobQueueKit
import PlatformCore

extension Metrics {
    /// What a gateway has counted.
    mutating func add(_ gateway: GatewayStatistics) {
        add("hawk_gateway_connections", .gauge, gateway.connections, "Connections, also in handshake or closing.")
        add("hawk_gateway_clients", .gauge, gateway.clients, "Open sockets.")
        add("hawk_gateway_buffered_bytes", .gauge, gateway.bufferedBytes, "Bytes that wait for slow clients.")
        let counters: [(name: String, value: Int, help: String)] = [
            ("accepted", gateway.accepted, "Connections accepted."),
            ("connections_refused", gateway.connectionsRefused, "Connections beyond a limit."),
            ("handshakes_refused", gateway.handshakesRefused, "Handshakes refused."),
            ("tls_failures", gateway.tlsFailures, "TLS handshakes that failed."),
            ("clients_opened", gateway.clientsOpened, "Sockets opened."),
            ("messages_received", gateway.messagesReceived, "Messages of clients."),
            ("bytes_received", gateway.bytesReceived, "Payload bytes of those."),
            ("messages_sent", gateway.messagesSent, "Messages to clients, one per receiver."),
            ("bytes_sent", gateway.bytesSent, "Bytes of their frames."),
            ("messages_dropped", gateway.messagesDropped, "Messages that slow clients did not get."),
            ("bytes_dropped", gateway.bytesDropped, "Bytes of their frames."),
            ("slow_clients", gateway.slowClients, "Times a client became too slow."),
            ("slow_closed", gateway.slowClosed, "Clients closed since they were too slow."),
            ("violations", gateway.violations, "Clients closed since they broke the protocol."),
            ("messages_too_big", gateway.messagesTooBig, "Clients closed because of a message beyond the limit."),
            ("rate_limited", gateway.rateLimited, "Clients closed because of too many messages."),
            ("unfinished_closed", gateway.unfinishedClosed, "Clients closed because of unfinished messages."),
            ("pings_sent", gateway.pingsSent, "Clients asked for a sign of life."),
            ("silent_closed", gateway.silentClosed, "Clients closed since they gave none."),
        ]
        for counter in counters {
            add("hawk_gateway_\(counter.name)_total", .counter, counter.value, counter.help)
        }
    }

    /// What is in a queue.
    mutating func add(_ counts: [JobCounts]) {
        var jobs: [Sample] = []
        var ages: [Sample] = []
        for count in counts {
            let states = [
                ("waiting", count.waiting), ("delayed", count.delayed), ("reserved", count.reserved),
                ("failed", count.failed),
            ]
            for (state, value) in states {
                jobs.append(
                    Sample(
                        labels: ["channel": count.channel.name, "job": count.name, "state": state],
                        value: Double(value)
                    )
                )
            }
            let age = count.oldest.map { $0 / .seconds(1) } ?? 0
            ages.append(Sample(labels: ["channel": count.channel.name, "job": count.name], value: age))
        }
        add("hawk_queue_jobs", .gauge, jobs, "Jobs in the queue.")
        add("hawk_queue_oldest_seconds", .gauge, ages, "How long the oldest job that could run has waited.")
    }

    /// What the system knows of this process, under the names that every Prometheus client uses.
    mutating func add(_ process: ProcessFigures, host: HostName) {
        add(
            "hawk_info",
            .gauge,
            [Sample(labels: ["host": host.rawValue, "version": HawkVersion.text], value: 1)],
            "Which program this is."
        )
        add("process_start_time_seconds", .gauge, process.startTime, "When it was started, in seconds since 1970.")
        add("process_cpu_seconds_total", .counter, [Sample(value: process.processorTime)], "Processor time it took.")
        add("process_resident_memory_bytes", .gauge, process.memory, "Memory it holds.")
        add("process_open_fds", .gauge, process.descriptors, "Descriptors it has open.")
        add("process_max_fds", .gauge, OpenFiles.limit, "Descriptors it may have open.")
    }
}
