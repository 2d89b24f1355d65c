import JobQueueKit

/// What a host was asked to do, before its settings are read.
package struct Command: Sendable, Equatable {
    /// The subcommand: `start`, `stop`, `status`, `token`, `backup`, `check`, `register`, or one of the queue's.
    package var name: String
    /// Its operands: the UID of `token`, the file of `backup` and `check`.
    package var operands: [String]
    /// Options of `status`, `connections` and the queue's commands, as they were given.
    package var options: [String] = []
    /// Values of flags by setting name; a switch has "on".
    package var flags: [String: String]
    /// `-d`: run as a process of its own, without a terminal.
    package var isDetached = false
    /// `-g`: let what runs come to its end first.
    package var isGraceful = false
    package var wantsHelp: Bool
    package var wantsVersion: Bool
}

/// Everything that was wrong with a command line or the settings, all at once.
package struct UsageError: Error, Equatable {
    package let problems: [String]
}

extension Command {
    /// Reads arguments (without the program's name): `[subcommand] [operands] --flag value --flag=value --switch`.
    package static func parse(
        _ arguments: [String],
        host: HostName,
        default defaultName: String
    ) throws(UsageError) -> Self {
        let known = Dictionary(uniqueKeysWithValues: Setting.all.filter(\.hasFlag).map { ($0.name, $0) })
        var command = Command(name: "", operands: [], flags: [:], wantsHelp: false, wantsVersion: false)
        var problems: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "-h", "--help", "help": command.wantsHelp = true
            case "--version": command.wantsVersion = true
            case "-d": command.isDetached = true
            case "-g": command.isGraceful = true
            case _ where ControlOptions.all[Self.name(of: argument)] != nil:
                command.options.append(argument)
                let needsValue = ControlOptions.all[argument] == true
                if needsValue, let value = rest.popFirst() { command.options.append(value) }
            case _ where host == .queue && QueueCommands.options[Self.name(of: argument)] != nil:
                command.options.append(argument)
                let needsValue = QueueCommands.options[argument] == true
                if needsValue, let value = rest.popFirst() { command.options.append(value) }
            case _ where argument.hasPrefix("--"):
                let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let name = String(parts[0])
                guard let setting = known[name], setting.hosts.contains(host) else {
                    problems.append(unknown(name, host: host))
                    continue
                }
                if setting.placeholder == nil {
                    command.flags[name] = parts.count == 2 ? String(parts[1]) : "on"
                } else if parts.count == 2 {
                    command.flags[name] = String(parts[1])
                } else if let value = rest.first, !value.hasPrefix("--") {
                    command.flags[name] = value
                    rest.removeFirst()
                } else {
                    problems.append("--\(name) needs a value: --\(name) \(setting.placeholder ?? "")")
                }
            case _ where argument.hasPrefix("-") && argument != "-" && Int(argument) == nil:
                problems.append("unknown option \(argument)")
            case _ where command.name.isEmpty: command.name = argument
            default: command.operands.append(argument)
            }
        }
        if command.name.isEmpty { command.name = defaultName }
        if command.isGraceful, !["stop", "restart"].contains(command.name) {
            problems.append("-g is for stop and restart: \(host.rawValue) \(command.name) stops nothing")
        }
        guard problems.isEmpty else { throw UsageError(problems: problems) }
        return command
    }

    /// An option without its value.
    private static func name(of option: String) -> String {
        String(option.prefix { $0 != "=" })
    }

    private static func unknown(_ name: String, host: HostName) -> String {
        guard let setting = Setting.all.first(where: { $0.name == name }) else { return "unknown option --\(name)" }
        guard setting.hasFlag else {
            return "--\(name) is not a flag, since process lists show flags: set \(setting.environment)"
        }
        let owners = HostName.allCases.filter(setting.hosts.contains).map(\.rawValue).joined(separator: ", ")
        return "--\(name) is not a setting of \(host.rawValue) but of \(owners)"
    }
}
