import JobQueueKit

/// What `--help` prints.
package enum HelpText {
    /// The whole text for a host.
    package static func of(_ host: HostName) -> String {
        var lines = ["\(host.rawValue) \(HawkVersion.text): \(summary[host] ?? "")", "", "Usage:"]
        lines += (commands[host] ?? []).map { "  \(host.rawValue) \($0)" }
        if host == .queue { lines.append("  Each takes settings, and --force: do not ask before jobs are dropped.") }
        lines += ["", "Settings (flag over environment over default; secrets also from a file, NAME_FILE):"]
        for setting in Setting.all where setting.hosts.contains(host) {
            let flag = setting.hasFlag ? "--\(setting.name)\(setting.placeholder.map { " \($0)" } ?? "")" : "(no flag)"
            lines.append("  \(flag)")
            lines.append("      \(setting.help)")
            lines.append("      \(setting.environment); default: \(setting.defaultText(of: host))")
        }
        lines += ["", "All of them with their reasons: docs/settings.md"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static let summary: [HostName: String] = [
        .hawk: "a real-time AI chat back end in one process",
        .server: "the WebSocket gateway and its Register",
        .api: "the HTTP chat API and the chat page",
        .queue: "the workers that ask the model and stream its answers",
    ]

    private static let stop =
        "end the run that holds the pid file, and wait for it; with -g when what it is at has ended"
    private static let status = "what the run does: where it listens and its figures; 3 if there is none"
    private static let connections = "its sockets: whose, from where, in which groups, what waits for them"

    private static let commands: [HostName: [String]] = [
        .hawk: [
            "[start] [-d] [settings]  run until SIGTERM or Ctrl-C; with -d without a terminal, returning when it is ready",
            "stop [-g] [settings]  \(stop)",
            "restart [-d] [-g] [settings]  stop, then start",
            "status [--watch|--json] [settings]  \(status)",
            "connections [--uid UID] [--group NAME] [--address PREFIX] [--limit N] [--json]  \(connections)",
            "config [settings]     print the settings as they hold and where each comes from, and check them",
            "token UID [settings]  print a token for a user, good for 24 hours, for trials",
            "backup FILE [settings]  copy the database to FILE and a SQLite queue to FILE.queue, while running or not",
            "check [FILE] [settings]  say what is in the database and the queue, or in a backup, and whether it is sound",
        ],
        .server: [
            "[start] [-d] [settings]  run until SIGTERM or Ctrl-C; with -d without a terminal, returning when it is ready",
            "register [settings]   run the Register alone, as start runs the gateway",
            "stop [-g] [settings]  \(stop)",
            "restart [-d] [-g] [settings]  stop, then start",
            "status [--watch|--json] [settings]  \(status)",
            "connections [--uid UID] [--group NAME] [--address PREFIX] [--limit N] [--json]  \(connections)",
            "config [settings]     print the settings as they hold and where each comes from, and check them",
        ],
        .api: [
            "[start] [-d] [settings]  run until SIGTERM or Ctrl-C; with -d without a terminal, returning when it is ready",
            "stop [-g] [settings]  \(stop)",
            "restart [-d] [-g] [settings]  stop, then start",
            "status [--watch|--json] [settings]  \(status)",
            "config [settings]     print the settings as they hold and where each comes from, and check them",
        ],
        .queue: QueueCommands.help.map { command, does in
            command + String(repeating: " ", count: max(26 - command.count, 1)) + does
        } + [
            "listen -d                 the same without a terminal, returning when it is ready",
            "start [-d]                listen, as the other hosts call it",
            "stop [-g]                 \(stop)",
            "restart [-d] [-g]         stop, then listen",
            "status [--watch|--json]   \(status)",
            "config                    print the settings as they hold and where each comes from, and check them",
        ],
    ]
}

/// The version of Hawk.
package enum HawkVersion {
    package static let text = "0.1.0"
}
