import PlatformCore

/// The jobs of a `MemoryJobStore` and what moves them.
///
/// Heaps are cleaned lazily: an element whose job has moved on is skipped when it comes up.
struct MemoryQueue {
    /// One job of a partition is in front (ready, reserved, or keeping its turn while it waits), the others are in line.
    struct Partition {
        var front: Int64?
        var line = Heap<Turn>()
    }

    var entries: [Int64: MemoryEntry] = [:]
    var failed: [Failed] = []
    /// How many succeeded, by channel and name.
    private(set) var done: [Channel: [ByteKey: Int]] = [:]
    var settings: [Channel: ChannelSettings] = [:]
    private var lastSerial: Int64 = 0
    private var ready: [Channel: Heap<Turn>] = [:]
    /// The ready jobs of which an owner is lent one at a time.
    private var suspects: [Channel: Heap<Turn>] = [:]
    private var due = Heap<DueTime>()
    var held: [PartitionKey: Int64] = [:]
    private var partitions: [PartitionKey: Partition] = [:]
    var reserved: Set<Int64> = []
    private var firstLeaseEnd = Int64.max

    private static let failedLimit = 10_000

    // MARK: Pushing

    mutating func push(_ job: NewJob, now: Int64) -> JobID {
        let entry = MemoryEntry(serial: lastSerial + 1, job: job, pushedAt: now)
        if let key = entry.uniqueKey {
            if let holder = held[key] { return JobID("\(holder)") }
            held[key] = entry.serial
        }
        lastSerial = entry.serial
        entries[entry.serial] = entry
        if entry.readyAt > now { wait(entry.serial) } else { queueUp(entry.serial) }
        return JobID("\(entry.serial)")
    }

    // MARK: Reserving

    mutating func reserve(max: Int, channels: [Channel], owner: Owner, now: Int64, leaseEnd: Int64) -> [Reservation] {
        promoteDue(now)
        var reservations: [Reservation] = []
        var room = room(in: channels, max: max)
        var mayHaveSuspect = !suspects.isEmpty && !hasSuspect(owner)
        while reservations.count < max, let serial = takeFirst(of: room, orSuspect: mayHaveSuspect) {
            if entries[serial]!.tally.isSuspect { mayHaveSuspect = false }
            let channel = entries[serial]!.job.options.channel
            room[channel] = room[channel]! > 1 ? room[channel]! - 1 : nil
            reservations.append(lend(serial, owner, leaseEnd))
        }
        return reservations
    }

    private func hasSuspect(_ owner: Owner) -> Bool {
        reserved.contains { serial in
            guard let entry = entries[serial], case .reserved(owner, _) = entry.state else { return false }
            return entry.tally.isSuspect
        }
    }

    /// Lends one job that is not lent already, whatever it waits for.
    mutating func reserve(_ id: JobID, owner: Owner, leaseEnd: Int64) -> Reservation? {
        guard let serial = Int64(id.description), let entry = entries[serial] else { return nil }
        if case .reserved = entry.state { return nil }
        return lend(serial, owner, leaseEnd)
    }

    private mutating func lend(_ serial: Int64, _ owner: Owner, _ leaseEnd: Int64) -> Reservation {
        let entry = entries[serial]!
        entry.state = .reserved(owner, until: leaseEnd)
        entry.tally.deliveries += 1
        entry.fence += 1
        reserved.insert(serial)
        firstLeaseEnd = min(firstLeaseEnd, leaseEnd)
        return Reservation(entry)
    }

    /// The owners of all reserved jobs, each once.
    var owners: [Owner] {
        var owners: [Owner] = []
        for serial in reserved {
            guard case .reserved(let owner, _) = entries[serial]?.state, !owners.contains(owner) else { continue }
            owners.append(owner)
        }
        return owners
    }

    /// Counts a crash for each job whose lease has run out or whose owner is among the dead.
    mutating func reclaim(now: Int64, dead: Set<Owner>) -> [ReclaimedJob] {
        guard now >= firstLeaseEnd || !dead.isEmpty else { return [] }
        firstLeaseEnd = .max
        var reclaimed: [ReclaimedJob] = []
        for serial in reserved.sorted() {
            guard case .reserved(let owner, let end) = entries[serial]?.state else { continue }
            guard end <= now || dead.contains(owner) else {
                firstLeaseEnd = min(firstLeaseEnd, end)
                continue
            }
            entries[serial]!.lastError = Tally.crashReason(leaseEnded: end <= now)
            apply(entries[serial]!.tally.crash(), to: serial, now: now)
            reclaimed.append(ReclaimedJob(entries[serial]!, owner: owner, leaseEnded: end <= now))
        }
        return reclaimed
    }

    // MARK: Settling

    mutating func settle(_ token: Reservation.Token, _ outcome: Outcome, now: Int64) -> Settlement {
        guard let serial = serial(of: token) else { return .fenced }
        if let error = outcome.error { entries[serial]!.lastError = error }
        let hasPartition = entries[serial]!.partition != nil
        let channel = entries[serial]!.job.options.channel
        let isAwaited = entries[serial]!.tally.isSuspect || settings[channel]?.concurrency != nil
        if outcome == .done { done[channel, default: [:]][ByteKey(entries[serial]!.job.name), default: 0] += 1 }
        let move = entries[serial]!.tally.settle(outcome)
        apply(move, to: serial, now: now)
        return Settlement(isValid: true, wakes: isAwaited || move.wakes(hasPartition: hasPartition))
    }

    mutating func extend(_ token: Reservation.Token, until end: Int64) -> Bool {
        guard let serial = serial(of: token), case .reserved(let owner, _) = entries[serial]!.state else {
            return false
        }
        entries[serial]!.state = .reserved(owner, until: end)
        firstLeaseEnd = min(firstLeaseEnd, end)
        return true
    }

    // MARK: Looking

    mutating func nextWake() -> Int64? {
        while let first = due.least, !isDue(first) { due.removeLeast() }
        let leaseEnds = reserved.compactMap { if case .reserved(_, let end) = entries[$0]?.state { end } else { nil } }
        return (leaseEnds + [due.least?.time].compactMap(\.self)).min()
    }

    var statistics: QueueStatistics {
        var statistics = QueueStatistics(failed: failed.count)
        for entry in entries.values {
            switch entry.state {
            case .ready, .inLine: statistics.waiting += 1
            case .waiting: statistics.delayed += 1
            case .reserved: statistics.reserved += 1
            }
        }
        return statistics
    }

    // MARK: Moving

    private mutating func apply(_ move: Tally.Move, to serial: Int64, now: Int64) {
        reserved.remove(serial)
        switch move {
        case .remove:
            remove(serial)
        case .keepAsFailed(let reason):
            failed.append(Failed(entry: entries[serial]!, reason: reason, failedAt: now))
            if failed.count > Self.failedLimit { failed.removeFirst(failed.count - Self.failedLimit) }
            remove(serial)
        case .ready:
            makeReady(serial)
        case .wait(let duration, let keepsTurn):
            entries[serial]!.readyAt = now + duration.milliseconds
            entries[serial]!.state = .waiting(keepsTurn: keepsTurn)
            wait(serial)
            if !keepsTurn { leaveFront(serial) }
        }
    }

    mutating func remove(_ serial: Int64) {
        leaveFront(serial)
        guard let entry = entries.removeValue(forKey: serial), let key = entry.uniqueKey else { return }
        held[key] = nil
    }

    private mutating func wait(_ serial: Int64) {
        due.insert(DueTime(time: entries[serial]!.readyAt, serial: serial))
    }

    private mutating func promoteDue(_ now: Int64) {
        while let first = due.least, first.time <= now {
            due.removeLeast()
            guard isDue(first) else { continue }
            if entries[first.serial]!.state == .waiting(keepsTurn: true) {
                makeReady(first.serial)
            } else {
                queueUp(first.serial)
            }
        }
    }

    private func isDue(_ time: DueTime) -> Bool {
        guard let entry = entries[time.serial], case .waiting = entry.state else { return false }
        return entry.readyAt == time.time
    }

    /// Makes a due job ready, or puts it in line where another of its partition is in front.
    mutating func queueUp(_ serial: Int64) {
        guard let key = entries[serial]!.partition else { return makeReady(serial) }
        entries[serial]!.state = .inLine
        partitions[key, default: Partition()].line.insert(entries[serial]!.turn)
        advance(key)
    }

    private mutating func makeReady(_ serial: Int64) {
        let entry = entries[serial]!
        entry.state = .ready
        if entry.tally.isSuspect {
            suspects[entry.job.options.channel, default: Heap()].insert(entry.turn)
        } else {
            ready[entry.job.options.channel, default: Heap()].insert(entry.turn)
        }
    }

    private mutating func leaveFront(_ serial: Int64) {
        guard let key = entries[serial]?.partition, partitions[key]?.front == serial else { return }
        partitions[key]!.front = nil
        advance(key)
    }

    /// Puts the first of the line in front if nobody is there, or if who is there has not been reserved and comes later.
    private mutating func advance(_ key: PartitionKey) {
        while let first = partitions[key]?.line.least, !isInLine(first) { partitions[key]!.line.removeLeast() }
        guard let next = partitions[key]?.line.least else {
            if partitions[key]?.front == nil { partitions[key] = nil }
            return
        }
        if let front = partitions[key]!.front {
            guard entries[front]!.state == .ready, next < entries[front]!.turn else { return }
            entries[front]!.state = .inLine
            partitions[key]!.line.insert(entries[front]!.turn)
        }
        partitions[key]!.line.removeLeast()
        partitions[key]!.front = next.serial
        makeReady(next.serial)
    }

    /// False for one that was removed.
    private func isInLine(_ turn: Turn) -> Bool {
        entries[turn.serial].map { $0.state == .inLine && $0.turn == turn } ?? false
    }

    /// Takes the first ready job of the channels that have room out of its heap.
    private mutating func takeFirst(of room: [Channel: Int], orSuspect mayBeSuspect: Bool) -> Int64? {
        var first: (channel: Channel, turn: Turn)?
        for channel in room.keys {
            let turns = [leastReady(of: &ready[channel]), mayBeSuspect ? leastReady(of: &suspects[channel]) : nil]
            guard let turn = turns.compactMap(\.self).min() else { continue }
            if first == nil || turn < first!.turn { first = (channel, turn) }
        }
        guard let (channel, turn) = first else { return nil }
        if entries[turn.serial]!.tally.isSuspect {
            suspects[channel]!.removeLeast()
            if suspects[channel]!.least == nil { suspects[channel] = nil }
        } else {
            ready[channel]!.removeLeast()
        }
        return turn.serial
    }

    private func leastReady(of heap: inout Heap<Turn>?) -> Turn? {
        while let turn = heap?.least {
            if let entry = entries[turn.serial], entry.state == .ready, entry.turn == turn { return turn }
            heap!.removeLeast()
        }
        return nil
    }

    func serial(of token: Reservation.Token) -> Int64? {
        guard let serial = Int64(token.id.description), let entry = entries[serial], entry.fence == token.fence,
            case .reserved = entry.state
        else { return nil }
        return serial
    }
}
