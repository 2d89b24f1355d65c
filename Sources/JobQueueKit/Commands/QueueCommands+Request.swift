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
        var words: [String] = []
        var options: [String: String] = [:]
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-") else {
                words.append(argument)
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let option = parts[0] == "-v" ? "--verbose" : parts[0]
            if option == "--help" || option == "-h" {
                words = ["help"]
                break
            }
            guard let takesValue = QueueCommands.options[option] else {
                throw WrongUsage(text: "unknown option \(option)")
            }
            guard takesValue || parts.count == 1 else { throw WrongUsage(text: "\(option) takes no value") }
            guard let value = takesValue && parts.count == 1 ? rest.popFirst() : parts.last else {
                throw WrongUsage(text: "\(option) needs a value")
            }
            options[option] = value
        }
        isForced = options.removeValue(forKey: "--force") != nil
        isVerbose = options["--verbose"] != nil
        command = try Self.command(words, &options)
        if let option = options.keys.min() { throw WrongUsage(text: "\(option) is no option of \(words[0])") }
    }

    /// Takes the options that belong to the command.
    private static func command(
        _ words: [String],
        _ options: inout [String: String]
    ) throws(WrongUsage) -> QueueCommands.Command {
        let operands = words.dropFirst()
        switch (words.first ?? "info", operands.count) {
        case ("help", _): return .help
        case ("info", 0): return .info
        case ("status", 1): return .status(JobID(words[1]))
        case ("run", 0):
            options["--verbose"] = nil
            return .run
        case ("listen", 0...1):
            options["--verbose"] = nil
            return .listen(lookInterval: try operands.first.map(seconds))
        case ("clear", 0): return .clear(options.removeValue(forKey: "--channel").map { Channel($0) } ?? .default)
        case ("remove", 1): return .remove(JobID(words[1]))
        case ("failed", _): return try failed(Array(operands), &options)
        case ("pause", 1): return .pause(Channel(words[1]))
        case ("resume", 1): return .resume(Channel(words[1]))
        case ("cap", 2): return .cap(Channel(words[1]), at: try cap(words[2]))
        default: throw WrongUsage(text: "no such command: \(words.joined(separator: " "))")
        }
    }

    private static func failed(
        _ words: [String],
        _ options: inout [String: String]
    ) throws(WrongUsage) -> QueueCommands.Command {
        let ids = words.dropFirst().map { JobID($0) }
        let isAboutAll = options.removeValue(forKey: "--all") != nil
        switch (words.first ?? "list", ids.count, isAboutAll) {
        case ("list", 0, false): return .listFailed
        case ("show", 1, false): return .showFailed(ids[0])
        case ("retry", 0, true): return .retryFailed(.all)
        case ("retry", 1..., false): return .retryFailed(.these(ids))
        case ("forget", 0, true): return .forgetFailed(.all)
        case ("forget", 1..., false): return .forgetFailed(.these(ids))
        default: throw WrongUsage(text: "no such command: failed \(words.joined(separator: " "))")
        }
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
