/// What an operator does with a queue from a command line, for any program that has a queue.
///
///     let commands = QueueCommands(queue: queue, worker: worker, output: { print($0, terminator: "") })
///     exit(await commands.run(Array(CommandLine.arguments.dropFirst())))
///
/// The words and screens are in docs/queue.md. It prints nothing itself, reads no terminal and handles no signals: the
/// program gives it an output, and what asks a person.
public struct QueueCommands: Sendable {
    /// How long a worker works.
    public enum Work: Sendable, Hashable {
        /// Until nothing is ready: `run`.
        case untilEmpty
        /// Until the program is told to stop: `listen`.
        case untilStopped
    }

    /// What an exit code says.
    public enum ExitCode {
        /// It was done.
        public static let done: Int32 = 0
        /// It was not: the store failed, there is no such job, or the person said no.
        public static let failed: Int32 = 1
        /// The command line is wrong, and nothing was touched.
        public static let usage: Int32 = 2
    }

    /// One line for each command, for a program's `--help`.
    public static let help: [(command: String, does: String)] = [
        ("info", "how many jobs wait, run, are delayed, failed and are done"),
        ("run", "work until nothing is ready"),
        ("listen", "work until told to stop"),
        ("clear [--channel NAME]", "drop what waits in a channel; what runs goes on"),
        ("remove ID", "drop one job"),
        ("failed [list]", "the latest failed jobs"),
        ("failed show ID", "all that is known of one"),
        ("failed retry ID…|--all", "make them ready again, with all their attempts"),
        ("failed forget ID…|--all", "drop them"),
        ("pause CHANNEL", "lend no more of its jobs to any worker"),
        ("resume CHANNEL", "lend them again"),
    ]

    private let makeQueue: @Sendable () throws -> JobQueue
    let output: @Sendable (String) -> Void
    let errors: @Sendable (String) -> Void
    let confirm: @Sendable (_ question: String) -> Bool
    private let work: @Sendable (Work) async throws -> Int32

    /// Commands on a queue.
    ///
    /// - Parameters:
    ///   - queue: What they are about; made when a command needs it, so that a wrong command line opens nothing.
    ///   - output: Takes what is to be printed, line feeds included.
    ///   - errors: Takes what went wrong, for those who print it elsewhere; without it the output does.
    ///   - confirm: Asks a person before something is destroyed; where nobody can be asked it answers false, as it does by
    ///     default, and `--force` is needed.
    ///   - work: Runs workers, and returns the exit code.
    public init(
        queue: @autoclosure @escaping @Sendable () throws -> JobQueue,
        output: @escaping @Sendable (String) -> Void,
        errors: (@Sendable (String) -> Void)? = nil,
        confirm: @escaping @Sendable (_ question: String) -> Bool = { _ in false },
        work: @escaping @Sendable (Work) async throws -> Int32
    ) {
        makeQueue = queue
        self.output = output
        self.errors = errors ?? output
        self.confirm = confirm
        self.work = work
    }

    /// Commands on a queue with a worker of its own, which ends when its task is cancelled.
    public init(
        queue: @autoclosure @escaping @Sendable () throws -> JobQueue,
        worker: JobWorker,
        output: @escaping @Sendable (String) -> Void,
        errors: (@Sendable (String) -> Void)? = nil,
        confirm: @escaping @Sendable (_ question: String) -> Bool = { _ in false }
    ) {
        self.init(queue: try queue(), output: output, errors: errors, confirm: confirm) { work in
            switch work {
            case .untilEmpty: try await worker.runUntilEmpty()
            case .untilStopped: try await worker.run()
            }
            return ExitCode.done
        }
    }

    /// Does what a command line says, without the program's name, and returns the exit code.
    public func run(_ arguments: [String]) async -> Int32 {
        do {
            let request = try Request(arguments)
            switch request.words.first {
            case "run": return try await work(.untilEmpty)
            case "listen": return try await work(.untilStopped)
            default: try await perform(request, on: makeQueue())
            }
            return ExitCode.done
        } catch let error as WrongUsage {
            errors("\(error.text)\n" + Self.usage)
            return ExitCode.usage
        } catch is NotDone {
            return ExitCode.failed
        } catch {
            errors("\(error)\n")
            return ExitCode.failed
        }
    }

    private static var usage: String {
        "Commands:\n" + table([["", "", ""]] + help.map { ["", $0.command, $0.does] }).dropFirst()
    }

    // MARK: Commands

    private func perform(_ request: Request, on queue: JobQueue) async throws {
        switch request.words.first {
        case "info": try await info(queue)
        case "clear": try await clear(request, queue)
        case "remove": try await remove(request, queue)
        case "failed": try await failed(request, queue)
        case "pause": try await pause(request, queue)
        default: try await resume(request, queue)
        }
    }

    private func clear(_ request: Request, _ queue: JobQueue) async throws {
        let counts = try await queue.counts().filter { $0.channel == request.channel }
        let jobs = counts.reduce(0) { $0 + $1.waiting + $1.delayed }
        try ask("Drop the \(jobs) waiting and delayed jobs of channel \(request.channel)?", request)
        let count = try await queue.store.clear(request.channel)
        output("Dropped \(count) jobs of channel \(request.channel).\n")
    }

    private func remove(_ request: Request, _ queue: JobQueue) async throws {
        let id = JobID(request.words[1])
        let status = try await queue.status(of: id)
        guard status.state != .failed else {
            errors("Job \(id) has failed: use failed forget \(id).\n")
            throw NotDone()
        }
        try ask("Drop job \(id) (\(status.name), \(status.state.rawValue))?", request)
        guard try await queue.store.remove(id) else {
            errors("Job \(id) has ended meanwhile.\n")
            throw NotDone()
        }
        output("Dropped job \(id).\n")
    }

    private func pause(_ request: Request, _ queue: JobQueue) async throws {
        try await queue.pause(Channel(request.words[1]))
        output("Channel \(request.words[1]) is paused; jobs that run go on.\n")
    }

    private func resume(_ request: Request, _ queue: JobQueue) async throws {
        try await queue.resume(Channel(request.words[1]))
        output("Channel \(request.words[1]) is resumed.\n")
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

/// A command line that cannot be understood.
struct WrongUsage: Error {
    let text: String
}
