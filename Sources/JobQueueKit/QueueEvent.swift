package import PlatformCore

/// What happens in a queue, for logs and figures; carries no payloads.
public enum QueueEvent: Sendable {
    /// Jobs are about to be written down.
    case pushing(count: Int, name: String, channel: Channel)
    /// A job was written down, or found to be held already by its unique key.
    case pushed(id: JobID, name: String, channel: Channel)
    /// A worker began to take jobs.
    case workerStarted(concurrency: Int)
    /// A worker looked for jobs: how many it took, and how many run now.
    case workerLooked(taken: Int, running: Int)
    /// A worker takes no more jobs and waits for those that run.
    case workerDraining(running: Int)
    /// A worker has ended.
    case workerStopped
    /// A run began.
    case started(id: JobID, name: String, delivery: Int)
    /// A job is run again whose last worker died or stopped renewing its lease.
    case reclaimed(id: JobID, name: String, reason: String, crashes: Int)
    /// A job succeeded.
    case finished(id: JobID, name: String, after: Duration)
    /// A run failed; another one follows after the wait, if tries are left.
    case failed(id: JobID, name: String, reason: String, failures: Int, attempts: Int, retryAfter: Duration)
    /// A job asked to be run later.
    case snoozed(id: JobID, name: String, Duration)
    /// A job was handed back because its worker stops.
    case released(id: JobID, name: String)
    /// A job was given up and is kept among the failed.
    case givenUp(id: JobID, name: String, reason: String)
    /// `onFailed` threw; it is called again later.
    case giveUpFailed(id: JobID, name: String, reason: String)
    /// Another worker may have the job: what this one made of it does not count.
    case leaseLost(id: JobID, name: String)
    /// A job did not end after it was cancelled, and is left to itself.
    case abandoned(id: JobID, name: String)
    /// The store refused a call of the worker, which goes on trying.
    case storeFailed(QueueError)
}

extension QueueEvent {
    /// The event as a line for a log.
    package var line: LogLine {
        switch self {
        case .pushing(let count, let name, let channel):
            LogLine(
                .debug,
                "queue",
                "pushing jobs",
                ["count": "\(count)", "name": name, "channel": channel.name]
            )
        case .pushed(let id, let name, let channel):
            Self.line(.debug, "job pushed", id, name, ("channel", channel.name))
        case .workerStarted(let concurrency):
            LogLine(.info, "queue", "worker started", ["concurrency": "\(concurrency)"])
        case .workerLooked(let taken, let running):
            LogLine(.debug, "queue", "worker looked", ["taken": "\(taken)", "running": "\(running)"])
        case .workerDraining(let running):
            LogLine(.info, "queue", "worker draining", ["running": "\(running)"])
        case .workerStopped:
            LogLine(.info, "queue", "worker stopped")
        case .started(let id, let name, let delivery):
            Self.line(.debug, "job started", id, name, ("delivery", "\(delivery)"))
        case .reclaimed(let id, let name, let reason, let crashes):
            Self.line(.warning, "job reclaimed", id, name, ("reason", reason), ("crashes", "\(crashes)"))
        case .finished(let id, let name, let duration):
            Self.line(.info, "job done", id, name, ("after", "\(duration.milliseconds) ms"))
        case .failed(let id, let name, let reason, let failures, let attempts, let wait):
            Self.line(
                .warning,
                "job failed",
                id,
                name,
                ("reason", reason),
                ("failures", "\(failures) of \(attempts)"),
                ("retry after", "\(wait.milliseconds) ms")
            )
        case .snoozed(let id, let name, let wait):
            Self.line(.debug, "job snoozed", id, name, ("for", "\(wait.milliseconds) ms"))
        case .released(let id, let name):
            Self.line(.info, "job handed back", id, name)
        case .givenUp(let id, let name, let reason):
            Self.line(.error, "job given up", id, name, ("reason", reason))
        case .giveUpFailed(let id, let name, let reason):
            Self.line(.error, "giving a job up failed", id, name, ("reason", reason))
        case .leaseLost(let id, let name):
            Self.line(.warning, "lease lost", id, name)
        case .abandoned(let id, let name):
            Self.line(.error, "job did not stop and was abandoned", id, name)
        case .storeFailed(let error):
            LogLine(.error, "queue", "store failed", ["operation": error.operation, "cause": error.cause])
        }
    }

    private static func line(
        _ level: LogLevel,
        _ message: String,
        _ id: JobID,
        _ name: String,
        _ fields: (name: String, value: String)...
    ) -> LogLine {
        var line = LogLine(level, "queue", message, ["job": id.description, "name": name])
        line.fields += fields
        return line
    }
}
