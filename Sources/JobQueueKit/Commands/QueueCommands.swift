/// What an operator does with a queue from a command line, for any program that has a queue.
///
/// ```swift
/// let commands = QueueCommands(queue: queue, worker: worker, output: { print($0, terminator: "") })
/// exit(await commands.run(Array(CommandLine.arguments.dropFirst())))
/// ```
///
/// The words and screens are in docs/queue.md. It prints nothing itself, reads no terminal and handles no signals: the
/// program gives it an output, and what asks a person.
public struct QueueCommands: Sendable {
    /// What an exit code says.
    public enum ExitCode {
        /// It was done.
        public static let done: Int32 = 0
        /// It was not: the store failed, there is no such job, or the person said no.
        public static let failed: Int32 = 1
        /// The command line is wrong, and nothing was touched.
        public static let usage: Int32 = 2
    }

    /// What shows the output.
    public enum Terminal: Sendable {
        /// Nobody does now: a file or another program takes it.
        case none
        /// A terminal whose user wants no colours.
        case plain
        /// A terminal.
        case coloured
    }

    /// One line for each command, for a program's `--help`.
    public static let help: [(command: String, does: String)] = [
        ("info", "how many jobs wait, run, are delayed, failed and are done"),
        ("status ID", "where a job is and how far it has come"),
        ("run [-v]", "work until nothing is ready; -v, --verbose: print each job"),
        ("listen [SECONDS] [-v]", "work until told to stop; look for jobs at least that often"),
        ("clear [--channel NAME]", "drop what waits in a channel; what runs goes on"),
        ("remove ID", "drop one job"),
        ("failed [list]", "the latest failed jobs"),
        ("failed show ID", "all that is known of one"),
        ("failed retry ID…|--all", "make them ready again, with all their attempts"),
        ("failed forget ID…|--all", "drop them"),
        ("pause CHANNEL", "lend no more of its jobs to any worker"),
        ("resume CHANNEL", "lend them again"),
        ("cap CHANNEL N|none", "let at most N of its jobs run at once, over all workers"),
    ]

    private let makeQueue: @Sendable () throws -> JobQueue
    private let makeExisting: @Sendable () throws -> JobQueue?
    let output: @Sendable (String) -> Void
    let errors: @Sendable (String) -> Void
    private let terminal: Terminal
    private let confirm: @Sendable (_ question: String) -> Bool
    private let work: @Sendable (Work) async throws -> Int32

    /// Commands on a queue.
    ///
    /// - Parameters:
    ///   - queue: What they are about; made when a command needs it, so that a wrong command line opens nothing.
    ///   - existing: The same for commands that make no sense on a queue that was never used: opens it with `mustExist`, so
    ///     that a mistyped path is told and makes nothing; by default they get `queue` too.
    ///   - output: Takes what is to be printed, line feeds included.
    ///   - errors: Takes what went wrong, for those who print it elsewhere; without it the output does.
    ///   - terminal: What shows the output: decides on colours and on the line that shows how a long run gets on.
    ///   - confirm: Asks a person before something is destroyed; where nobody can be asked it answers false, as it does by
    ///     default, and `--force` is needed.
    ///   - work: Has workers do `run` and `listen` with `JobWorker.run(_:)`, and returns the exit code.
    public init(
        queue: @autoclosure @escaping @Sendable () throws -> JobQueue,
        existing: @autoclosure @escaping @Sendable () throws -> JobQueue? = nil,
        output: @escaping @Sendable (String) -> Void,
        errors: (@Sendable (String) -> Void)? = nil,
        terminal: Terminal = .none,
        confirm: @escaping @Sendable (_ question: String) -> Bool = { _ in false },
        work: @escaping @Sendable (Work) async throws -> Int32
    ) {
        makeQueue = queue
        makeExisting = existing
        self.output = output
        self.errors = errors ?? output
        self.terminal = terminal
        self.confirm = confirm
        self.work = work
    }

    /// Commands on a queue with a worker of its own, which ends when its task is cancelled.
    public init(
        queue: @autoclosure @escaping @Sendable () throws -> JobQueue,
        existing: @autoclosure @escaping @Sendable () throws -> JobQueue? = nil,
        worker: JobWorker,
        output: @escaping @Sendable (String) -> Void,
        errors: (@Sendable (String) -> Void)? = nil,
        terminal: Terminal = .none,
        confirm: @escaping @Sendable (_ question: String) -> Bool = { _ in false }
    ) {
        self.init(
            queue: try queue(),
            existing: try existing(),
            output: output,
            errors: errors,
            terminal: terminal,
            confirm: confirm
        ) { work in
            try await worker.run(work)
            return ExitCode.done
        }
    }

    /// Does what a command line says, without the program's name, and returns the exit code.
    public func run(_ arguments: [String]) async -> Int32 {
        do {
            return try await perform(Request(arguments))
        } catch let error as WrongUsage {
            errors("\(error.text)\n" + Self.usage)
            return ExitCode.usage
        } catch is NotDone {
            return ExitCode.failed
        } catch let error as QueueError where error.code == .missing {
            errors("\(error.cause)\n")
            return ExitCode.failed
        } catch {
            errors("\(error)\n")
            return ExitCode.failed
        }
    }

    private static var usage: String {
        "Commands:\n" + table([["", "", ""]] + help.map { ["", $0.command, $0.does] }).dropFirst()
            + "--force: do not ask before jobs are dropped\n"
    }

    private func perform(_ request: Request) async throws -> Int32 {
        switch request.command {
        case .help: output(Self.usage)
        case .info: try await info(existing())
        case .status(let id): try await status(id, existing())
        case .run: return try await work(request, isRun: true, lookInterval: nil)
        case .listen(let interval): return try await work(request, isRun: false, lookInterval: interval)
        case .clear(let channel): try await clear(channel, request, existing())
        case .remove(let id): try await remove(id, request, existing())
        case .listFailed: try await listFailed(existing())
        case .showFailed(let id): try await showFailed(id, existing())
        case .retryFailed(let jobs): try await retry(jobs, existing())
        case .forgetFailed(let jobs): try await forget(jobs, request, existing())
        case .pause(let channel):
            try await makeQueue().pause(channel)
            output("Channel \(Self.plain(channel.name)) is paused; jobs that run go on.\n")
        case .resume(let channel):
            try await makeQueue().resume(channel)
            output("Channel \(Self.plain(channel.name)) is resumed.\n")
        case .cap(let channel, let count):
            try await makeQueue().cap(channel, at: count)
            let cap = count.map { "runs at most \(Self.jobs($0)) at once, over all workers" } ?? "has no cap"
            output("Channel \(Self.plain(channel.name)) \(cap).\n")
        }
        return ExitCode.done
    }

    private func existing() throws -> JobQueue {
        if let queue = try makeExisting() { return queue }
        return try makeQueue()
    }

    private func work(_ request: Request, isRun: Bool, lookInterval: Duration?) async throws -> Int32 {
        var screen: WorkScreen?
        if request.isVerbose || (isRun && terminal != .none) {
            screen = WorkScreen(
                isVerbose: request.isVerbose,
                showsProgress: isRun && terminal != .none,
                hasColours: terminal == .coloured,
                output: output
            )
        }
        return try await work(Work(endsWhenEmpty: isRun, lookInterval: lookInterval, screen: screen))
    }

    private func clear(_ channel: Channel, _ request: Request, _ queue: JobQueue) async throws {
        let counts = try await queue.counts().filter { $0.channel == channel }
        let jobs = counts.reduce(0) { $0 + $1.waiting + $1.delayed }
        let name = Self.plain(channel.name)
        guard jobs > 0 else { return output("No job waits in channel \(name).\n") }
        try ask("Drop the \(Self.jobs(jobs, "waiting and delayed")) of channel \(name)?", request)
        output("Dropped \(Self.jobs(try await queue.store.clear(channel))) of channel \(name).\n")
    }

    private func remove(_ id: JobID, _ request: Request, _ queue: JobQueue) async throws {
        let status = try await queue.status(of: id)
        guard status.state != .failed else {
            errors("Job \(id) has failed: use failed forget \(id).\n")
            throw NotDone()
        }
        try ask("Drop job \(id) (\(Self.plain(status.name)), \(status.state.rawValue))?", request)
        guard try await queue.store.remove(id) else {
            errors("Job \(id) has ended meanwhile.\n")
            throw NotDone()
        }
        output("Dropped job \(id).\n")
    }

    /// Throws unless a person, or `--force`, says yes.
    func ask(_ question: String, _ request: Request) throws(NotDone) {
        guard !request.isForced, !confirm(question) else { return }
        errors("Nothing was done: say yes, or give --force.\n")
        throw NotDone()
    }
}

/// A command that did not do what it should, and has said why.
struct NotDone: Error {}
