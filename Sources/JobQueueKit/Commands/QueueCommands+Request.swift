extension QueueCommands {
    /// A command line, understood.
    struct Request {
        let command: Command
        /// Whether to destroy without asking.
        let isForced: Bool
        /// Whether to print what workers do.
        let isVerbose: Bool
    }

    /// What is to be done.
    enum Command {
        case help
        case info
        case status(JobID)
        case run
        case listen(lookInterval: Duration?)
        case clear(Channel)
        case remove(JobID)
        case listFailed
        case showFailed(JobID)
        case retryFailed(FailedJobs)
        case forgetFailed(FailedJobs)
        case pause(Channel)
        case resume(Channel)
        case cap(Channel, at: Int?)
    }

    /// Which of the failed jobs.
    enum FailedJobs {
        case all
        case these([JobID])
    }

    /// The options, and whether a value follows; for a program that reads options of its own from the same line.
    public static let options = [
        "--force": false, "--verbose": false, "-v": false, "--all": false, "--channel": true,
    ]
}

extension QueueCommands.Request {
    init(_ arguments: [String]) throws(WrongUsage) {
        var line = try QueueCommands.Line(arguments)
        command = try Self.command(&line)
        let destroys =
            switch command {
            case .clear, .remove, .forgetFailed: true
            default: false
            }
        let works =
            switch command {
            case .run, .listen: true
            default: false
            }
        isForced = destroys && line.takes("--force")
        isVerbose = works && line.takes("--verbose")
        try line.end()
    }

    private static func command(_ line: inout QueueCommands.Line) throws(WrongUsage) -> QueueCommands.Command {
        switch line.command {
        case "help":
            line.takeAll()
            return .help
        case "info": return .info
        case "status": return .status(JobID(try line.operand("the ID of a job")))
        case "run": return .run
        case "listen": return .listen(lookInterval: try line.optionalOperand().map(seconds))
        case "clear": return .clear(try line.value(of: "--channel").map(channel) ?? .default)
        case "remove": return .remove(JobID(try line.operand("the ID of a job")))
        case "failed":
            line.enter(default: "list")
            return try failed(&line)
        case "pause": return .pause(try channel(line.operand("a channel")))
        case "resume": return .resume(try channel(line.operand("a channel")))
        case "cap": return .cap(try channel(line.operand("a channel")), at: try cap(line.operand("a number, or none")))
        default: throw WrongUsage(text: "no such command: \(line.command)")
        }
    }

    private static func failed(_ line: inout QueueCommands.Line) throws(WrongUsage) -> QueueCommands.Command {
        switch line.command {
        case "failed list": return .listFailed
        case "failed show": return .showFailed(JobID(try line.operand("the ID of a job")))
        case "failed retry": return .retryFailed(try jobs(&line))
        case "failed forget": return .forgetFailed(try jobs(&line))
        default: throw WrongUsage(text: "no such command: \(line.command)")
        }
    }

    private static func jobs(_ line: inout QueueCommands.Line) throws(WrongUsage) -> QueueCommands.FailedJobs {
        if line.takes("--all") { return .all }
        var ids = [JobID(try line.operand("the IDs of jobs, or --all"))]
        while let id = line.optionalOperand() { ids.append(JobID(id)) }
        return .these(ids)
    }

    private static func channel(_ name: String) throws(WrongUsage) -> Channel {
        let channel = Channel(name)
        guard channel.isValid else { throw WrongUsage(text: "the name of a channel has 1 to 180 bytes") }
        return channel
    }

    private static func seconds(_ text: String) throws(WrongUsage) -> Duration {
        guard let seconds = Int(text), 1...86_400 ~= seconds else {
            throw WrongUsage(text: "listen takes a time from 1 to 86400 seconds, not \(text)")
        }
        return .seconds(seconds)
    }

    private static func cap(_ text: String) throws(WrongUsage) -> Int? {
        if text == "none" { return nil }
        guard let count = Int(text), count >= 1 else {
            throw WrongUsage(text: "a cap is a number from 1, or none, not \(text)")
        }
        return count
    }
}

/// A command line that cannot be understood.
struct WrongUsage: Error {
    let text: String
}
