import PlatformCore

extension FileQueue {
    /// Reads the jobs that were claimed; a damaged one is kept among the failed instead.
    func reservations(_ claimed: [FileJobName], now: Int64) throws(QueueError) -> [Reservation] {
        var reservations: [Reservation] = []
        for job in claimed {
            do throws(SystemError) {
                if let (content, payload) = try FileJobContent.read(reservedPath(job)) {
                    reservations.append(Reservation(job, content, payload, lastError: try lastError(of: job)))
                    continue
                }
            } catch {
                throw QueueError(error)
            }
            try locked { () throws(SystemError) in
                guard try reserved()[job.id] == job else { return }
                try failDamaged(job, at: reservedPath(job), now: now)
            }
        }
        return reservations
    }

    /// Counts names, directory by directory.
    func statistics() throws(SystemError) -> QueueStatistics {
        var statistics = QueueStatistics()
        for channel in try Disk.names(in: "\(root)/ready") { statistics.waiting += try ready(channel).all().count }
        for channel in try Disk.names(in: "\(root)/line") {
            for key in try Disk.names(in: "\(root)/line/\(channel)") {
                statistics.waiting += try line(FilePartition(channel: channel, key: key)).all().count
            }
        }
        statistics.delayed = try waiting.all().count
        statistics.reserved = try reserved().count
        statistics.failed = try failedNames().count
        return statistics
    }

    /// A failed job by the name of its file, which is all that is known of a damaged one.
    func failedJob(_ name: String) throws(SystemError) -> FailedJob? {
        guard let job = FileJobName(name) else { return nil }
        let stored = try FileJobContent.read("\(root)/failed/\(name)")
        let pushedAt = stored?.content.pushedAt ?? FileJobIDs.time(of: job.id)
        return FailedJob(
            id: JobID(job.id),
            name: stored?.content.name ?? FileJobContent.damaged,
            channel: Channel(stored?.content.channel ?? "-"),
            payload: stored?.payload ?? [],
            reason: try lastError(of: job) ?? "",
            deliveries: job.deliveries,
            failures: job.failures,
            crashes: job.crashes,
            pushedAt: WallTime(milliseconds: pushedAt ?? FileJobName.failureTime(of: name)),
            failedAt: WallTime(milliseconds: FileJobName.failureTime(of: name))
        )
    }

    /// Why the last run of a job failed.
    private func lastError(of job: FileJobName) throws(SystemError) -> String? {
        try Disk.beginning(of: errorPath(job.id), limit: 16 << 10).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Reservation {
    init(_ job: FileJobName, _ content: FileJobContent, _ payload: [UInt8], lastError: String?) {
        self.init(
            token: Token(id: JobID(job.id), fence: job.fence),
            name: content.name,
            payload: payload,
            options: content.options,
            pushedAt: WallTime(milliseconds: content.pushedAt),
            deliveries: job.deliveries,
            failures: job.failures,
            crashes: job.crashes,
            lastError: lastError
        )
    }
}
