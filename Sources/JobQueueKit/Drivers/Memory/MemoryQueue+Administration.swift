import PlatformCore

extension MemoryQueue {
    /// A job that was given up: all that is needed to show it and to try it again.
    struct Failed {
        let entry: MemoryEntry
        let reason: String
        let failedAt: Int64

        var id: JobID { entry.token.id }

        var job: FailedJob { FailedJob(entry, reason: reason, failedAt: failedAt) }
    }

    // MARK: Looking

    func counts(now: Int64) -> [JobCounts] {
        var counter = JobCounter(now: now)
        for entry in entries.values {
            let channel = entry.job.options.channel.name
            switch entry.state {
            case .ready, .inLine: counter.addWaiting(channel, entry.job.name, since: entry.readyAt)
            case .waiting: counter[channel, entry.job.name].delayed += 1
            case .reserved: counter[channel, entry.job.name].reserved += 1
            }
        }
        for job in failed { counter[job.entry.job.options.channel.name, job.entry.job.name].failed += 1 }
        for (channel, names) in done {
            for (name, count) in names { counter[channel.name, name.text].done = count }
        }
        return counter.all
    }

    func status(of id: JobID) -> JobStatus? {
        if let serial = Int64(id.description), let entry = entries[serial] {
            let state: JobStatus.State =
                switch entry.state {
                case .ready, .inLine: .waiting
                case .waiting: .delayed
                case .reserved: .reserved
                }
            return JobStatus(entry, state)
        }
        return failed.first { $0.id == id }.map { JobStatus($0.entry, .failed) }
    }

    // MARK: Changing

    mutating func report(_ token: Reservation.Token, _ progress: JobProgress) -> Bool {
        guard let serial = serial(of: token) else { return false }
        entries[serial]!.progress = progress
        return true
    }

    mutating func retryFailed(_ id: JobID, now: Int64) -> FailedRetry {
        guard let index = failed.firstIndex(where: { $0.id == id }) else { return .unknown }
        let entry = failed[index].entry
        if let key = entry.uniqueKey {
            if let holder = held[key] { return .keyHeld(by: JobID("\(holder)")) }
            held[key] = entry.serial
        }
        failed.remove(at: index)
        entry.tally = Tally(deliveries: 0, failures: 0, crashes: 0, attempts: entry.tally.attempts)
        entry.lastError = nil
        entry.readyAt = now
        entries[entry.serial] = entry
        queueUp(entry.serial)
        return .retried
    }

    mutating func forgetFailed(_ id: JobID) -> Bool {
        guard let index = failed.firstIndex(where: { $0.id == id }) else { return false }
        failed.remove(at: index)
        return true
    }

    mutating func remove(_ id: JobID) -> Bool {
        guard let serial = Int64(id.description), entries[serial] != nil else { return false }
        reserved.remove(serial)
        remove(serial)
        return true
    }

    mutating func clear(_ channel: Channel) -> Int {
        let serials = entries.values.filter { entry in
            if case .reserved = entry.state { return false }
            return entry.job.options.channel == channel
        }
        for entry in serials { remove(entry.serial) }
        return serials.count
    }

    // MARK: Channels

    mutating func change(_ channel: Channel, _ change: ChannelChange) {
        var changed = settings[channel] ?? ChannelSettings()
        changed.apply(change)
        settings[channel] = changed == ChannelSettings() ? nil : changed
    }

    /// How many jobs may be lent of each of the channels; those with room only.
    func room(in channels: [Channel], max: Int) -> [Channel: Int] {
        var room: [Channel: Int] = [:]
        for channel in channels {
            guard let settings = settings[channel] else {
                room[channel] = max
                continue
            }
            let running = reserved.count { entries[$0]?.job.options.channel == channel }
            let count = settings.room(for: max, running: running)
            if count > 0 { room[channel] = count }
        }
        return room
    }
}

extension JobStatus {
    fileprivate init(_ entry: MemoryEntry, _ state: State) {
        self.init(
            id: entry.token.id,
            name: entry.job.name,
            channel: entry.job.options.channel,
            state: state,
            progress: entry.progress
        )
    }
}
