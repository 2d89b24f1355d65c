package import PlatformCore

extension QueueEvent {
    /// The event in words, for a log of yours: what happened, and facts beside it.
    ///
    /// The level is `debug`, `info`, `warning` or `error`, as in swift-log: `Logger.Level(rawValue: event.entry.level)`.
    public var entry: (level: String, message: String, fields: [(name: String, value: String)]) { line.entry }

    /// The event as a line for a log.
    package var line: LogLine {
        switch self {
        case .pushed(let id, let name, let channel):
            LogLine(
                .debug,
                "queue",
                "job pushed",
                ["job": id.description, "name": name, "channel": channel.name]
            )
        case .workerStarted(let concurrency):
            LogLine(.info, "queue", "worker started", ["concurrency": "\(concurrency)"])
        case .workerLooked(let taken, let running):
            LogLine(.debug, "queue", "worker looked", ["taken": "\(taken)", "running": "\(running)"])
        case .workerDraining(let running):
            LogLine(.info, "queue", "worker draining", ["running": "\(running)"])
        case .workerStopped:
            LogLine(.info, "queue", "worker stopped")
        case .started(let run):
            Self.line(.debug, "job started", run, ("delivery", "\(run.delivery)"))
        case .reclaimed(let job):
            LogLine(
                .warning,
                "queue",
                "job reclaimed",
                [
                    "job": job.id.description, "name": job.name,
                    "reason": Tally.crashReason(leaseEnded: job.leaseEnded),
                    "crashes": "\(job.crashes)", "process": job.owner.map { "\($0.pid) on \($0.host)" } ?? "unknown",
                ]
            )
        case .finished(let run, let duration):
            Self.line(.info, "job done", run, ("after", "\(duration.milliseconds) ms"))
        case .failed(let run, let failure, let duration):
            Self.line(
                .warning,
                "job failed",
                run,
                ("reason", failure.reason),
                ("failures", "\(failure.failures) of \(failure.attempts)"),
                ("retry after", failure.retryAfter.map { "\($0.milliseconds) ms" } ?? "none"),
                ("after", "\(duration.milliseconds) ms")
            )
        case .snoozed(let run, let wait):
            Self.line(.debug, "job snoozed", run, ("for", "\(wait.milliseconds) ms"))
        case .released(let run):
            Self.line(.info, "job handed back", run)
        case .givenUp(let run, let reason):
            Self.line(.error, "job given up", run, ("reason", reason))
        case .giveUpFailed(let run, let reason):
            Self.line(.error, "giving a job up failed", run, ("reason", reason))
        case .leaseLost(let run):
            Self.line(.warning, "lease lost", run)
        case .abandoned(let run):
            Self.line(.error, "job did not stop and was abandoned", run)
        case .storeFailed(let error):
            LogLine(
                .error,
                "queue",
                "store failed",
                ["operation": error.operation, "cause": error.cause]
            )
        }
    }

    private static func line(
        _ level: LogLevel,
        _ message: String,
        _ run: JobRun,
        _ fields: (name: String, value: String)...
    ) -> LogLine {
        var line = LogLine(level, "queue", message, ["job": run.id.description, "name": run.name])
        line.fields += fields
        return line
    }
}
