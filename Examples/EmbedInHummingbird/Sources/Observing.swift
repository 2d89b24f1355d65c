import GatewayKit
import JobQueueKit
import Logging
import Metrics
import MetricsTestKit

extension Logger {
    /// A line of Hawk's: every kit's events have an `entry`.
    func log(_ entry: (level: String, message: String, fields: [(name: String, value: String)])) {
        let metadata = entry.fields.map { ($0.name, Logger.MetadataValue.string($0.value)) }
        log(
            level: Level(rawValue: entry.level) ?? .info,
            "\(entry.message)",
            metadata: Metadata(metadata, uniquingKeysWith: { first, _ in first })
        )
    }
}

/// What the queue says, as lines and as timers: how long jobs take and how they end.
struct QueueObserver: Sendable {
    let logger: Logger

    func heard(_ event: QueueEvent) {
        logger.log(event.entry)
        switch event {
        case .finished(let run, let duration): time(run, "done", duration)
        case .failed(let run, _, let duration): time(run, "failed", duration)
        default: break
        }
    }

    private func time(_ run: JobRun, _ end: String, _ duration: Duration) {
        Metrics.Timer(label: "jobs", dimensions: [("name", run.name), ("end", end)]).record(duration: duration)
    }
}

/// What the gateway has counted, once a second.
///
/// Reading it costs less than a microsecond.
struct GatewayMetrics: Sendable {
    let gateway: Gateway

    func run() async {
        let clients = Meter(label: "gateway_clients")
        let sent = Meter(label: "gateway_messages_sent")
        let waiting = Meter(label: "gateway_buffered_bytes")
        while !Task.isCancelled {
            let statistics = gateway.statistics
            clients.set(statistics.clients)
            sent.set(statistics.messagesSent)
            waiting.set(statistics.bufferedBytes)
            try? await Task.sleep(for: .seconds(1))
        }
    }
}

extension TestMetrics {
    /// What was recorded last, a line each.
    ///
    /// A backend for real use has a page of its own.
    var text: String {
        let meters = meters.map { "\($0.label) \($0.lastValue ?? 0)" }
        let timers = timers.map { timer in
            let names = timer.dimensions.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
            return "\(timer.label)_count{\(names)} \(timer.values.count)"
        }
        return (meters + timers).sorted().joined(separator: "\n") + "\n"
    }
}
