import PlatformCore

extension FileJobStore {
    /// One failed job.
    public func failed(_ id: JobID) async throws(QueueError) -> FailedJob {
        let job = try await locked { queue throws(SystemError) -> FailedJob? in
            guard let name = try queue.failedName(id) else { return nil }
            return try queue.failedJob(name)
        }
        guard let job else { throw .unknown(id, "failed job") }
        return job
    }

    /// The identities of the failed jobs.
    public func failedIDs() async throws(QueueError) -> [JobID] {
        try await locked { queue throws(SystemError) in
            try queue.failedNames().compactMap { name in FileJobName(name).map { JobID($0.id) } }
        }
    }

    /// Counts by channel and name, reading the beginning of every job's file; nobody waits for that.
    ///
    /// A job that moves while its file is read may be left out.
    public func counts() async throws(QueueError) -> [JobCounts] {
        let now = clock.now()
        let (places, failed, done) = try await locked { queue throws(SystemError) in
            (Array(try queue.places().values), try queue.failedNames(), try queue.doneCounts())
        }
        return try await writing.run { [path] () throws(QueueError) in
            do throws(SystemError) {
                var counter = try Self.count(places, failed: failed, root: path, now: now)
                for (channel, name, count) in done { counter[channel, name].done = count }
                return counter.all
            } catch {
                throw QueueError(error)
            }
        }
    }

    private static func count(
        _ places: [FilePlace],
        failed: [String],
        root: String,
        now: Int64
    ) throws(SystemError) -> JobCounter {
        var counter = JobCounter(now: now)
        for place in places {
            guard let (channel, name) = try named(place.path) else { continue }
            switch place.state {
            case .ready, .inLine: counter.addWaiting(channel, name, since: place.name.readyAt)
            case .waiting: counter[channel, name].delayed += 1
            case .reserved: counter[channel, name].reserved += 1
            }
        }
        for file in failed {
            guard let (channel, name) = try named("\(root)/failed/\(file)") else { continue }
            counter[channel, name].failed += 1
        }
        return counter
    }

    /// The channel and the name a job is counted under; nil if its file is gone.
    private static func named(_ path: String) throws(SystemError) -> (channel: String, name: String)? {
        if let content = try FileJobContent.head(of: path) { return (content.channel, content.name) }
        return try Disk.length(of: path) == nil ? nil : ("-", FileJobContent.damaged)
    }

    /// Where a job is; takes time with the number of jobs unless it runs: all their names are looked through.
    public func status(of id: JobID) async throws(QueueError) -> JobStatus {
        let status = try await locked { queue throws(SystemError) in try queue.status(of: id) }
        guard let status else { throw .unknown(id, "status of job") }
        return status
    }

    /// Keeps progress.
    public func report(_ progress: [(Reservation.Token, JobProgress)]) async throws(QueueError) -> [Bool] {
        try await locked { queue throws(SystemError) -> [Bool] in
            var results: [Bool] = []
            for (token, progress) in progress { results.append(try queue.report(token, progress)) }
            return results
        }
    }

    /// Makes failed jobs ready.
    public func retryFailed(_ ids: [JobID]) async throws(QueueError) -> [FailedRetry] {
        let now = clock.now()
        let results = try await locked { queue throws(SystemError) -> [FailedRetry] in
            var results: [FailedRetry] = []
            for id in ids { results.append(try queue.retryFailed(id, now: now)) }
            return results
        }
        changed()
        return results
    }

    /// Drops failed jobs.
    public func forgetFailed(_ ids: [JobID]) async throws(QueueError) -> [Bool] {
        try await locked { queue throws(SystemError) -> [Bool] in
            var results: [Bool] = []
            for id in ids { results.append(try queue.forgetFailed(id)) }
            return results
        }
    }

    /// Drops a job; takes time with the number of jobs unless it runs.
    public func remove(_ id: JobID) async throws(QueueError) -> Bool {
        let isRemoved = try await locked { queue throws(SystemError) in try queue.remove(id.description) }
        changed()
        return isRemoved
    }

    /// Drops what waits in a channel, some hundreds at a time, so that others come in between.
    public func clear(_ channel: Channel) async throws(QueueError) -> Int {
        var meant: Set<String>?
        var count = 0
        while true {
            let found = try await locked { queue throws(SystemError) in Array(try queue.places().values) }
            // Looked for again, since a job in line moves up when the one in front goes; later ones are not meant.
            let places = found.filter { meant?.contains($0.name.id) ?? true }
            meant = meant ?? Set(places.map(\.name.id))
            let cleared = try await clear(places, from: channel)
            if cleared == 0 { break }
            count += cleared
        }
        changed()
        return count
    }

    private func clear(_ places: [FilePlace], from channel: Channel) async throws(QueueError) -> Int {
        var count = 0
        for start in stride(from: 0, to: places.count, by: 256) {
            let some = places[start..<min(start + 256, places.count)]
            count += try await locked { queue throws(SystemError) -> Int in
                var count = 0
                for place in some where try queue.isWaiting(place, in: channel) {
                    if try queue.remove(place) { count += 1 }
                }
                return count
            }
        }
        return count
    }

    /// Pauses, resumes or caps a channel.
    public func change(_ channel: Channel, _ change: ChannelChange) async throws(QueueError) {
        let component = FileComponent.name(for: channel.name)
        try await locked { queue throws(SystemError) in
            var settings = try queue.settings()[component] ?? ChannelSettings()
            settings.apply(change)
            try queue.set(settings, for: component)
        }
        changed()
    }

    /// The channels that are paused or capped.
    public func channels() async throws(QueueError) -> [Channel: ChannelSettings] {
        let settings = try await locked { queue throws(SystemError) in try queue.settings() }
        return Dictionary(uniqueKeysWithValues: settings.map { (Channel(FileComponent.text(of: $0.key)), $0.value) })
    }
}

extension FileQueue {
    /// Whether a job belongs to a channel and does not run.
    fileprivate func isWaiting(_ place: FilePlace, in channel: Channel) throws(SystemError) -> Bool {
        switch place.state {
        case .reserved: false
        case .ready(let component): component == FileComponent.name(for: channel.name)
        case .inLine(let partition): partition.channel == FileComponent.name(for: channel.name)
        case .waiting: try FileJobContent.head(of: place.path)?.channel == channel.name
        }
    }
}
