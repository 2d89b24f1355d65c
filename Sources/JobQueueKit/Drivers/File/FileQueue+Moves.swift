import PlatformCore

/// A job whose file is written, but not yet in the queue.
struct StagedJob: Sendable {
    let id: String
    let content: FileJobContent
    let delay: Int64
    let path: String
}

extension FileQueue {
    // MARK: Pushing

    /// Puts written files into the queue, all or none: what a kill cuts short is undone by whoever comes next.
    func publish(_ jobs: [StagedJob], now: Int64) throws(SystemError) -> [JobID] {
        var ids: [JobID] = []
        var published: [String] = []
        do throws(SystemError) {
            if jobs.count > 1 { try beginBatch(jobs) }
            for job in jobs {
                if let path = uniquePath(job.content), let holder = try Disk.held(by: path) {
                    try Disk.remove(job.path)
                    ids.append(JobID(holder))
                    continue
                }
                published.append(job.id)
                try publish(job, now: now)
                ids.append(JobID(job.id))
            }
            if jobs.count > 1 { try Disk.remove(batchPath) }
        } catch {
            try? removeEverywhere(Set(published))
            throw error
        }
        return ids
    }

    private func beginBatch(_ jobs: [StagedJob]) throws(SystemError) {
        try lock.beginChange()
        let ids = jobs.map(\.id).joined(separator: "\n")
        try Disk.write([Array(ids.utf8)], to: batchPath, isDurable: false)
    }

    private func publish(_ job: StagedJob, now: Int64) throws(SystemError) {
        try lock.beginChange()
        if let path = uniquePath(job.content) { try link(path, holding: job.id) }
        let name = FileJobName(id: job.id, priority: job.content.priority, readyAt: now + job.delay)
        if job.delay > 0 {
            note(try waiting.insert(job.path, as: name.byTime))
        } else {
            try queueUp(job.path, name, job.content)
        }
    }

    // MARK: Reserving

    /// Lends the first ready jobs and returns their names, in order.
    func claim(
        _ max: Int,
        channels: [Channel],
        owner: Owner,
        now: Int64,
        leaseEnd: Int64
    ) throws(SystemError)
        -> [FileJobName]
    {
        try promoteDue(now)
        let hasSuspect = try reserved().values.contains { $0.owner == owner.description && $0.isSuspect }
        var first: [(channel: String, name: String)] = []
        for channel in channels {
            let component = FileComponent.name(for: channel.name)
            let count = try room(in: component, max: max)
            if count > 0 { first += try firstReady(count, in: component, hasSuspect).map { (component, $0) } }
        }
        if channels.count > 1 { first.sort { $0.name < $1.name } }
        var claimed: [FileJobName] = []
        var hasVanished = false
        for (channel, name) in first.prefix(max) {
            guard var job = FileJobName(name), !job.isSuspect || !claimed.contains(where: \.isSuspect) else { continue }
            job.deliveries += 1
            job.fence += 1
            job.owner = owner.description
            job.leaseEnd = leaseEnd
            guard let path = try ready(channel).location(of: name) else { continue }
            _ = try reserved()
            try lock.beginChange()
            try ready(channel).left(name)
            do throws(SystemError) {
                try Disk.move(path, to: reservedPath(job))
            } catch {
                if error.isNotFound {
                    // Somebody removed the file: no job any more, and no reason to lend no other.
                    hasVanished = true
                    continue
                }
                // What was claimed before is lent all the same: otherwise nobody would have it until its lease ends.
                guard !claimed.isEmpty else { throw error }
                forget()
                break
            }
            setReserved(job, for: job.id)
            claimed.append(job)
        }
        if hasVanished { try repair(afterBoot: false) }
        return claimed
    }

    /// The first ready jobs, at most one of them a suspect, and none if there already is one.
    private func firstReady(
        _ count: Int,
        in channel: String,
        _ hasSuspect: Bool
    ) throws(SystemError) -> [String] {
        var hasSuspect = hasSuspect
        return try ready(channel).first(count) { name in
            guard FileJobName(name)?.isSuspect == true else { return true }
            defer { hasSuspect = true }
            return !hasSuspect
        }
    }

    /// Makes due what waited; a bounded number at a time, so that many due at once do not hold up others.
    private func promoteDue(_ now: Int64) throws(SystemError) {
        guard let first = try waiting.first(1).first.flatMap(FileJobName.init), first.readyAt <= now else { return }
        for name in try waiting.first(512) {
            guard let job = FileJobName(name) else { continue }
            guard job.readyAt <= now else { return }
            guard let path = try waiting.location(of: name) else { continue }
            try lock.beginChange()
            guard let content = try FileJobContent.head(of: path) else {
                try failDamaged(job, at: path, now: now)
                return
            }
            let due = job.settled(job.tally(attempts: content.attempts))
            if job.keepsTurn {
                try makeReady(path, due, content)
            } else {
                try queueUp(path, due, content)
            }
            try waiting.left(name)
        }
    }

    /// Counts a crash for each job whose lease has run out or whose owner is among the dead.
    func reclaim(now: Int64, dead: Set<String>) throws(SystemError) -> [ReclaimedJob] {
        var reclaimed: [ReclaimedJob] = []
        for job in try reserved().values where job.leaseEnd <= now || dead.contains(job.owner) {
            try lock.beginChange()
            guard let content = try FileJobContent.head(of: reservedPath(job)) else {
                try failDamaged(job, at: reservedPath(job), now: now)
                return reclaimed
            }
            try noteError(Tally.crashReason(leaseEnded: job.leaseEnd <= now), of: job.id)
            var tally = job.tally(attempts: content.attempts)
            let move = tally.crash()
            try apply(move, to: job, content, tally, now: now)
            reclaimed.append(
                ReclaimedJob(
                    id: JobID(job.id),
                    name: content.name,
                    channel: Channel(content.channel),
                    owner: Owner(job.owner),
                    leaseEnded: job.leaseEnd <= now,
                    crashes: tally.crashes
                )
            )
        }
        return reclaimed
    }

    // MARK: Settling

    func settle(_ token: Reservation.Token, _ outcome: Outcome, now: Int64) throws(SystemError) -> Settlement {
        guard let job = try reserved()[token.id.description], job.fence == token.fence else { return .fenced }
        guard let content = try FileJobContent.head(of: reservedPath(job)) else {
            try lock.beginChange()
            try failDamaged(job, at: reservedPath(job), now: now)
            return Settlement(isValid: true, wakes: true)
        }
        // Before anything moves, so that a full disk leaves the job as it is.
        if let error = outcome.error { try noteError(error, of: job.id) }
        try lock.beginChange()
        var tally = job.tally(attempts: content.attempts)
        let move = tally.settle(outcome)
        try apply(move, to: job, content, tally, now: now)
        let isCapped = try settings()[content.channelComponent]?.concurrency != nil
        let isAwaited = job.isSuspect || isCapped
        return Settlement(isValid: true, wakes: isAwaited || move.wakes(hasPartition: content.partition != nil))
    }

    func extend(_ token: Reservation.Token, until leaseEnd: Int64) throws(SystemError) -> Bool {
        guard var job = try reserved()[token.id.description], job.fence == token.fence else { return false }
        let path = reservedPath(job)
        job.leaseEnd = leaseEnd
        try lock.beginChange()
        try Disk.move(path, to: reservedPath(job))
        setReserved(job, for: job.id)
        return true
    }

    // MARK: Moving

    private func apply(
        _ move: Tally.Move,
        to job: FileJobName,
        _ content: FileJobContent,
        _ tally: Tally,
        now: Int64
    ) throws(SystemError) {
        let path = reservedPath(job)
        var name = job.settled(tally)
        switch move {
        case .remove:
            try finish(path, content)
            try removeNotes(of: job.id)
            try freeKeys(of: job.id, content)
        case .keepAsFailed:
            try Disk.move(path, to: "\(root)/failed/\(name.byFailure(at: now))")
            try freeKeys(of: job.id, content)
        case .ready:
            try makeReady(path, name, content)
        case .wait(let wait, let keepsTurn):
            name.readyAt = now + wait.milliseconds
            name.keepsTurn = keepsTurn
            note(try waiting.insert(path, as: name.byTime))
            if !keepsTurn { try leaveFront(job.id, content) }
        }
        setReserved(nil, for: job.id)
    }

    /// A job whose file cannot be read any more is kept among the failed; the repair frees its keys.
    func failDamaged(_ job: FileJobName, at path: String, now: Int64) throws(SystemError) {
        try lock.beginChange()
        try noteError("the stored job is damaged", of: job.id)
        let name = job.settled(job.tally(attempts: 1))
        try Disk.move(path, to: "\(root)/failed/\(name.byFailure(at: now))")
        try repair(afterBoot: false)
    }

    /// How many more jobs of a channel may be lent, counting those that run.
    private func room(in channel: String, max: Int) throws(SystemError) -> Int {
        guard let settings = try settings()[channel] else { return max }
        guard settings.concurrency != nil else { return settings.room(for: max, running: 0) }
        var running = 0
        for job in try reserved().values
        where try FileJobContent.head(of: reservedPath(job))?.channelComponent == channel {
            running += 1
        }
        return settings.room(for: max, running: running)
    }

    /// What was noted of a job beside its file.
    func removeNotes(of id: String) throws(SystemError) {
        try Disk.remove(errorPath(id))
        try Disk.remove(progressPath(id))
    }

    func freeKeys(of id: String, _ content: FileJobContent) throws(SystemError) {
        if let path = uniquePath(content), try Disk.held(by: path) == id { try Disk.remove(path) }
        try leaveFront(id, content)
    }

    private func noteError(_ text: String, of id: String) throws(SystemError) {
        try note(text, in: errorPath(id), of: id)
    }

    func note(_ text: String, in path: String, of id: String) throws(SystemError) {
        let temporary = temporaryPath("note-\(id)")
        try Disk.write([Array(text.utf8)], to: temporary, isDurable: false)
        try Disk.move(temporary, to: path)
    }
}
