import PlatformCore

/// A job in memory; reached under its store's lock only.
final class MemoryEntry {
    enum State: Equatable {
        case ready
        /// Behind the job of its partition that is in front.
        case inLine
        case waiting(keepsTurn: Bool)
        case reserved(Owner, until: Int64)
    }

    let serial: Int64
    let job: NewJob
    let pushedAt: Int64
    var state: State
    var readyAt: Int64
    var tally: Tally
    var fence: Int64 = 0
    var lastError: String?
    var progress: JobProgress?

    init(serial: Int64, job: NewJob, pushedAt: Int64) {
        self.serial = serial
        self.job = job
        self.pushedAt = pushedAt
        state = .waiting(keepsTurn: false)
        readyAt = pushedAt + job.options.delay.milliseconds
        tally = Tally(deliveries: 0, failures: 0, crashes: 0, attempts: job.options.attempts)
    }

    /// Its place in the order of its channel.
    var turn: Turn { Turn(priority: job.options.priority, readyAt: readyAt, serial: serial) }

    /// Where it waits for its turn, if it has a partition.
    var partition: PartitionKey? {
        job.options.partition.map { PartitionKey(job.options.channel, $0) }
    }

    /// The key it holds as long as it is not done or failed.
    var uniqueKey: PartitionKey? {
        job.options.uniqueKey.map { PartitionKey(job.options.channel, $0) }
    }

    var token: Reservation.Token { .init(id: JobID("\(serial)"), fence: fence) }
}

/// A place in the order of a channel: by priority, then by the time of becoming due, then by that of pushing.
struct Turn: Comparable {
    let priority: Int
    let readyAt: Int64
    let serial: Int64

    static func < (left: Turn, right: Turn) -> Bool {
        (left.priority, left.readyAt, left.serial) < (right.priority, right.readyAt, right.serial)
    }
}

/// A moment at which a waiting job becomes due.
struct DueTime: Comparable {
    let time: Int64
    let serial: Int64

    static func < (left: DueTime, right: DueTime) -> Bool { (left.time, left.serial) < (right.time, right.serial) }
}

/// A partition or unique key within its channel.
struct PartitionKey: Hashable {
    let channel: Channel
    let key: ByteKey

    init(_ channel: Channel, _ key: String) {
        self.channel = channel
        self.key = ByteKey(key)
    }
}
