import PlatformCore

/// A line that a worker's event is printed as, in pieces that have a colour each.
struct WorkLine {
    /// Codes of ECMA-48's SGR.
    enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33
        case grey = 37
        case onRed = 41
    }

    private(set) var pieces: [(text: String, colour: Colour?)] = []
    /// Whether it is about something an operator may have to look after.
    private(set) var isTrouble = false

    /// Nil for an event that is not printed.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - time: When.
    ///   - pid: The process.
    ///   - memory: The most memory the process has had, in bytes.
    ///   - uptime: How long the worker has been at work.
    init?(_ event: QueueEvent, at time: LocalTime, pid: Int32, memory: Int, uptime: Duration) {
        add("\(time.date) \(time.time)", .yellow)
        switch event {
        case .pushed, .workerLooked, .workerDraining(running: 0):
            return nil
        case .workerStarted:
            worker(pid, "Worker is started")
        case .workerDraining(let running):
            worker(pid, "Worker is stopping (\(QueueCommands.jobs(running)) \(running == 1 ? "runs" : "run"))")
        case .workerStopped:
            worker(pid, "Worker is stopped (\(QueueCommands.age(uptime)))")
        case .storeFailed(let error):
            trouble(" [pid: \(pid)]", "Store failed", because: error.description)
        case .started(let run):
            job(run, pid, "Started", .green)
        case .finished(let run, let duration):
            job(run, pid, "Done", .green)
            add(" (\(Self.seconds(duration)) s, \(Self.mebibytes(memory)) MiB)", .yellow)
        case .failed(let run, let failure, let duration):
            let next = failure.retryAfter.map { "next try in \(Self.wait($0))" } ?? "no try left"
            let details = " (\(Self.seconds(duration)) s, \(next))"
            trouble(Self.title(run, pid), "Error", details, because: failure.reason)
        case .snoozed(let run, let wait):
            job(run, pid, "Snoozed for \(Self.wait(wait))", .yellow)
        case .released(let run):
            job(run, pid, "Handed back", .yellow)
        case .givenUp(let run, let reason):
            trouble(Self.title(run, pid), "Given up", because: reason)
        case .giveUpFailed(let run, let reason):
            trouble(Self.title(run, pid), "Giving up failed", because: reason)
        case .leaseLost(let run):
            trouble(Self.title(run, pid), "Lease lost", because: "another worker may have the job")
        case .abandoned(let run):
            trouble(Self.title(run, pid), "Abandoned", because: "it did not stop when it was cancelled")
        case .reclaimed(let job):
            let worker = job.owner.map { "pid: \($0.pid) on \($0.host)" } ?? "pid unknown"
            let title = " [\(job.id)] \(QueueCommands.plain(job.name)) (crash: \(job.crashes), \(worker))"
            trouble(title, "Worker lost", because: Tally.crashReason(leaseEnded: job.leaseEnded))
        }
    }

    /// The line, with a line feed.
    func text(hasColours: Bool) -> String {
        pieces.map { piece in
            guard hasColours, let colour = piece.colour else { return piece.text }
            return "\u{1B}[\(colour.rawValue)m\(piece.text)\u{1B}[0m"
        }
        .joined() + "\n"
    }

    // MARK: Pieces

    private mutating func add(_ text: String, _ colour: Colour?) {
        pieces.append((text, colour))
    }

    private mutating func worker(_ pid: Int32, _ text: String) {
        add(" [pid: \(pid)]", .grey)
        add(" - \(text)", .green)
    }

    private mutating func job(_ run: JobRun, _ pid: Int32, _ text: String, _ colour: Colour) {
        add(Self.title(run, pid), .grey)
        add(" - ", .yellow)
        add(text, colour)
    }

    private mutating func trouble(_ title: String, _ text: String, _ details: String = "", because reason: String) {
        isTrouble = true
        add(title, .grey)
        add(" - ", .yellow)
        add(text, .onRed)
        add(details, .yellow)
        add("\n", nil)
        add("> \(QueueCommands.plain(reason))", .red)
    }

    private static func title(_ run: JobRun, _ pid: Int32) -> String {
        " [\(run.id)] \(QueueCommands.plain(run.name)) (attempt: \(run.delivery), pid: \(pid))"
    }

    private static func seconds(_ duration: Duration) -> String {
        fixed(Int(max(duration.milliseconds, 0)), digits: 3)
    }

    private static func wait(_ duration: Duration) -> String {
        duration < .seconds(1) ? "\(max(duration.milliseconds, 0)) ms" : QueueCommands.age(duration)
    }

    private static func mebibytes(_ bytes: Int) -> String {
        fixed(bytes * 10 / 1_048_576, digits: 1)
    }

    /// A number of thousandths, or of tenths, as a decimal.
    private static func fixed(_ number: Int, digits: Int) -> String {
        let text = "\(number)"
        let padded = String(repeating: "0", count: max(digits + 1 - text.count, 0)) + text
        return "\(padded.dropLast(digits)).\(padded.suffix(digits))"
    }
}
