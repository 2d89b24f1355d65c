import SQLiteCore

extension Turn {
    /// From the columns `priority, ready_at, id`.
    init(row: Row) {
        self.init(priority: row.int(0), readyAt: row.int64(1), serial: row.int64(2))
    }
}

extension Reservation {
    /// From the columns that reserving returns.
    init(row: Row) {
        self.init(
            token: Token(id: JobID("\(row.int64(0))"), fence: row.int64(1)),
            name: row.text(2),
            payload: row.blob(3),
            options: PushOptions(
                priority: row.int(5),
                ttr: .milliseconds(row.int64(8)),
                attempts: row.int(9),
                backoff: Backoff(text: row.text(10)) ?? .exponential(),
                uniqueKey: row.optionalText(7),
                partition: row.optionalText(6),
                channel: Channel(row.text(4))
            ),
            pushedAt: WallTime(milliseconds: row.int64(11)),
            deliveries: row.int(12),
            failures: row.int(13),
            crashes: row.int(14),
            lastError: row.optionalText(15)
        )
    }
}

extension FailedJob {
    /// From the columns of the list of failed jobs.
    init(row: Row) {
        self.init(
            id: JobID("\(row.int64(0))"),
            name: row.text(1),
            channel: Channel(row.text(2)),
            payload: row.blob(3),
            reason: row.text(4),
            deliveries: row.int(5),
            failures: row.int(6),
            crashes: row.int(7),
            pushedAt: WallTime(milliseconds: row.int64(8)),
            failedAt: WallTime(milliseconds: row.int64(9))
        )
    }
}

extension QueueError {
    /// What SQLite said, in the words of the queue.
    init(_ error: any Error) {
        guard let error = error as? SQLiteError else {
            self.init(.unavailable, operation: "queue", cause: "\(error)")
            return
        }
        let code: Code =
            switch error.code {
            case .busy: .busy
            case .full: .full
            case .corrupt: .damaged
            case .foreign, .newer: .foreign
            case .closed: .closed
            case .cannotOpen, .readOnly, .inputOutput, .replaced, .constraint, .other: .unavailable
            }
        self.init(code, operation: error.operation, cause: error.cause)
    }
}
