package import ChatAPIKit
import JobQueueKit
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What every executable's `main` is: read the command, the settings, take the pid file, run, drain.
package enum HostMain {
    /// Runs a host to its end, and the process with it: the body of a synchronous `main`.
    ///
    /// The exit code is 0 for an orderly end, 1 for a failure, 2 for a wrong command line or settings; `status` has codes of
    /// its own.
    /// - Parameters:
    ///   - host: which one.
    ///   - arguments: the command line without the program's name.
    ///   - checkpoint: called at the named instants; the kill tests end the process there.
    package static func main(
        _ host: HostName,
        arguments: [String] = Array(CommandLine.arguments.dropFirst()),
        checkpoint: @escaping @Sendable (Checkpoint) async -> Void = { _ in }
    ) -> Never {
        Signals.block()
        let wishes = Wishes()
        Task { exit(await run(host, arguments, wishes, checkpoint)) }
        // One whose log goes to a terminal is not to outlive it.
        let outlivesTerminal = !Terminal.isTerminal(STDERR_FILENO)
        Signals.wait(hangUp: outlivesTerminal ? { wishes.reload.ask() } : nil) { number, name in
            Task {
                // Before anything runs there is nothing to drain.
                if await !wishes.stop.ask(name, finishing: number == SIGQUIT) { _exit(128 + number) }
            }
        }
    }

    /// What signals ask for.
    private struct Wishes: Sendable {
        let stop = StopRequest()
        let reload = ReloadRequest()
    }

    private static func run(
        _ host: HostName,
        _ arguments: [String],
        _ wishes: Wishes,
        _ checkpoint: @escaping @Sendable (Checkpoint) async -> Void
    ) async -> Int32 {
        umask(0o077)
        do {
            var command = try Command.parse(arguments, host: host, default: host == .queue ? "info" : "start")
            // Of the queue's commands, `listen` is what others call `start`.
            if host == .queue, command.name == "start" { command.name = "listen" }
            if command.wantsHelp { return try answer(HelpText.of(host)) }
            if command.wantsVersion { return try answer("\(host.rawValue) \(HawkVersion.text)\n") }
            let environment = environment()
            let isConfig =
                command.name == "config" && command.operands.isEmpty && command.options.isEmpty
                && !command.isDetached
            let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
            if isConfig {
                try say(ConfigText.of(host, flags: command.flags, environment: environment, cores: cores))
            }
            let settings = try Settings(
                host: host,
                flags: command.flags,
                environment: environment,
                cores: cores,
                isToRun: ["start", "restart", "listen", "run", "register", "config"].contains(command.name),
                isRegisterOnly: command.name == "register"
            )
            if isConfig {
                for warning in settings.warnings { complain("\(host.rawValue): \(warning)") }
                return 0
            }
            if command.isDetached { return try await detach(command, of: host, settings, arguments) }
            return try await run(command, of: host, settings, wishes, checkpoint)
        } catch let error as UsageError {
            for problem in error.problems { complain("\(host.rawValue): \(problem)") }
            complain("Try: \(host.rawValue) --help")
            return 2
        } catch {
            complain("\(host.rawValue): \(error)")
            return 1
        }
    }

    private static func run(
        _ command: Command,
        of host: HostName,
        _ settings: Settings,
        _ wishes: Wishes,
        _ checkpoint: @escaping @Sendable (Checkpoint) async -> Void
    ) async throws -> Int32 {
        let control = ControlCommands(host: host, pidFile: settings.pidFile, output: say) { complain($0) }
        switch (host, command.name) {
        case (_, "status") where host != .queue || command.operands.isEmpty:
            let options = try ControlOptions(command, allowed: ["--json", "--watch"])
            return try await control.status(options, until: wishes.stop)
        case (.hawk, "connections"), (.server, "connections"):
            return try control.connections(
                try ControlOptions(command, allowed: ["--uid", "--group", "--address", "--limit", "--json"])
            )
        case _ where !command.options.isEmpty && (host != .queue || command.name == "stop"):
            _ = try ControlOptions(command, allowed: [])
            return 2
        case (.hawk, "token"):
            guard let uid = command.operands.first, command.operands.count == 1 else {
                throw UsageError(problems: ["token needs one operand: hawk token UID"])
            }
            guard JWTAuthenticator.isUID(uid) else {
                throw UsageError(problems: ["this is no uid: 1 to 128 bytes without control characters, and not 0"])
            }
            let authenticator = try Composition(settings, host: host).makeAuthenticator()
            return try answer("\(authenticator.makeToken(uid: uid, lifetime: .seconds(24 * 3600)))\n")
        case (.hawk, "backup"):
            guard let target = command.operands.first, command.operands.count == 1 else {
                throw UsageError(problems: ["backup needs one operand: hawk backup FILE"])
            }
            try DatabaseCommands(settings: settings, output: say).backUp(to: target)
            return 0
        case (.hawk, "check") where command.operands.count <= 1:
            let commands = DatabaseCommands(settings: settings, output: say)
            return try commands.check(command.operands.first) ? 0 : 1
        case (_, "stop") where command.operands.isEmpty:
            return try await Self.stop(host, settings, finishing: command.isGraceful)
        case (_, "restart") where command.operands.isEmpty:
            if try PidFile.owner(of: settings.pidFile) != nil {
                let code = try await Self.stop(host, settings, finishing: command.isGraceful)
                guard code == 0 else { return code }
            }
            var start = command
            start.name = host == .queue ? "listen" : "start"
            return try await run(start, of: host, settings, wishes, checkpoint)
        case (.queue, _):
            let unwritten = Lock<SystemError?>(nil)
            let commands = QueueCommands(
                queue: try Composition(settings, host: host).makeQueue(),
                existing: try Composition(settings, host: host).makeQueue(mustExist: true),
                output: { text in
                    do throws(SystemError) {
                        try say(text)
                    } catch {
                        unwritten.withLock { $0 = error }
                    }
                },
                errors: { complain("\(host.rawValue): \($0)", end: "") },
                terminal: terminal,
                confirm: confirm,
                work: { work in
                    try await start(host, settings, wishes, checkpoint) {
                        try $0.queueParts(work, until: wishes.stop)
                    }
                }
            )
            let code = await commands.run([command.name] + command.operands + command.options)
            guard let error = unwritten.withLock({ $0 }) else { return code }
            complain("\(host.rawValue): \(error)")
            return code == 0 ? 1 : code
        case (.hawk, "start") where command.operands.isEmpty,
            (.server, "start") where command.operands.isEmpty,
            (.api, "start") where command.operands.isEmpty:
            return try await start(host, settings, wishes, checkpoint)
        case (.server, "register") where command.operands.isEmpty:
            return try await start(host, settings, wishes, checkpoint) { try $0.register() }
        default:
            let words = ([command.name] + command.operands).joined(separator: " ")
            throw UsageError(problems: ["\(host.rawValue) has no command \"\(words)\""])
        }
    }

    private static func start(
        _ host: HostName,
        _ settings: Settings,
        _ wishes: Wishes,
        _ checkpoint: @escaping @Sendable (Checkpoint) async -> Void,
        parts: @Sendable (Composition) async throws -> [HostPart] = { try await $0.parts() }
    ) async throws -> Int32 {
        guard let pidFile = try lockedPidFile(host, settings) else { return 1 }
        if let file = settings.logFile.map({ LogFile(path: $0) }) {
            try file.open()
            wishes.reload.whenAsked {
                do throws(SystemError) { try file.open() } catch { complain("\(host.rawValue): \(error)") }
            }
        }
        OpenFiles.raiseLimit()
        ProcessMemory.giveBackLargeBlocks()
        let composition = Composition(settings, host: host, reload: wishes.reload, checkpoint: checkpoint)
        wishes.reload.whenAsked { composition.logger.log(LogLine(.info, "host", "asked to reload: goes on")) }
        for warning in settings.warnings { composition.logger.log(LogLine(.warning, "host", warning)) }
        var parts = try await parts(composition)
        // Last, so that they are there while the others drain.
        if let admin = composition.adminPart(until: wishes.stop) { parts.append(admin) }
        if let control = composition.controlPart(until: wishes.stop) { parts.append(control) }
        let ready = Task {
            try await composition.admin.becomesReady()
            Daemon.sayReady()
        }
        defer { ready.cancel() }
        let isClean = await HostRun(parts: parts, log: composition.logger.log).run(until: wishes.stop)
        withExtendedLifetime(pidFile) {}
        composition.logger.log(LogLine(.info, "host", "\(host.rawValue) ended"))
        return isClean ? 0 : 1
    }

    /// Has the same command run by a process without a terminal, and says how that went.
    private static func detach(
        _ command: Command,
        of host: HostName,
        _ settings: Settings,
        _ arguments: [String]
    ) async throws -> Int32 {
        guard ["start", "restart", "register", "listen"].contains(command.name) else {
            throw UsageError(problems: ["-d is for what goes on running: \(host.rawValue) \(command.name) is not"])
        }
        if let owner = try PidFile.owner(of: settings.pidFile) {
            guard command.name == "restart" else {
                complain("\(host.rawValue) runs already: process \(owner) holds \(settings.pidFile)")
                return 1
            }
            let code = try await stop(host, settings, finishing: command.isGraceful)
            guard code == 0 else { return code }
        }
        let path = settings.logFile ?? "\(settings.data)/run/\(host.rawValue).log"
        let log = LogFile(path: path)
        let sizeBefore = log.size
        var words = arguments.filter { $0 != "-d" }
        if settings.logFile == nil { words.append("--log-file=\(path)") }
        switch try Daemon(arguments: words, logFile: log).start(within: .seconds(15)) {
        case .ready(let process):
            complain("\(host.rawValue) runs, process \(process), and is ready; its log is \(path)")
            return 0
        case .running(let process):
            complain("\(host.rawValue) runs, process \(process), but is not ready yet: see \(path)")
            return 0
        case .ended:
            complain("\(host.rawValue) has ended again. It wrote to \(path):")
            complain(log.text(from: sizeBefore), end: "")
            return 1
        }
    }

    /// The lock that says this host runs, and nobody at its control socket; nil, after saying so, if another process holds
    /// the lock.
    private static func lockedPidFile(_ host: HostName, _ settings: Settings) throws -> PidFile? {
        do throws(SystemError) {
            let pidFile = try PidFile(path: settings.pidFile)
            try ControlSocket(pidFile: settings.pidFile).mustBeFree()
            return pidFile
        } catch {
            guard PidFile.isHeld(error) else { throw error }
            let owner = try PidFile.owner(of: settings.pidFile).map { "process \($0)" } ?? "another process"
            complain(
                "\(host.rawValue) runs already: \(owner) holds \(settings.pidFile). "
                    + "Try: \(host.rawValue) stop --pid-file \(settings.pidFile)"
            )
            return nil
        }
    }

    private static func stop(_ host: HostName, _ settings: Settings, finishing: Bool) async throws -> Int32 {
        guard let owner = try PidFile.owner(of: settings.pidFile) else {
            complain("\(host.rawValue) does not run: nobody holds \(settings.pidFile)")
            return 0
        }
        guard !finishing else { return try await finish(host, settings, owner) }
        complain("stopping \(host.rawValue), process \(owner) …")
        if try await PidFile.stopOwner(of: settings.pidFile, within: .seconds(60)) { return 0 }
        complain("\(host.rawValue), process \(owner), did not end within 60 s")
        return 1
    }

    /// Waits for as long as it takes, and says now and then for what.
    private static func finish(_ host: HostName, _ settings: Settings, _ owner: Int32) async throws -> Int32 {
        complain(
            "\(host.rawValue), process \(owner), takes nothing new and ends when what it is at has ended; "
                + "\(host.rawValue) stop ends it sooner …"
        )
        let control = ControlCommands(host: host, pidFile: settings.pidFile, output: say) { complain($0) }
        var hasEnded = try await PidFile.stopOwner(of: settings.pidFile, finishing: true, within: .seconds(5))
        while !hasEnded {
            if let rest = control.rest() { complain("still there: \(rest)") }
            hasEnded = try await PidFile.hasLetGo(owner, of: settings.pidFile, within: .seconds(5))
        }
        return 0
    }

    private static func environment() -> [String: String] {
        var values: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return values
    }

    private static func answer(_ text: String) throws(SystemError) -> Int32 {
        try say(text)
        return 0
    }

    /// Prints; that nobody reads any more is no error, since whoever closes a pipe has read what he wanted.
    private static func say(_ text: String) throws(SystemError) {
        do throws(SystemError) {
            try Files.write(text.utf8, to: STDOUT_FILENO, path: "stdout")
        } catch {
            if !error.isClosedPipe { throw error }
        }
    }

    private static var terminal: QueueCommands.Terminal {
        guard Terminal.isTerminal(STDOUT_FILENO) else { return .none }
        return Terminal.hasColours(STDOUT_FILENO) ? .coloured : .plain
    }

    /// Asks the person at the terminal, if there is one.
    private static func confirm(_ question: String) -> Bool {
        guard Terminal.isTerminal(STDIN_FILENO), Terminal.isTerminal(STDERR_FILENO) else { return false }
        complain("\(question) [y/N] ", end: "")
        guard let answer = readLine() else {
            complain("")
            return false
        }
        return ["y", "yes"].contains(answer.lowercased())
    }

    private static func complain(_ line: String, end: String = "\n") {
        try? Files.write("\(line)\(end)".utf8, to: STDERR_FILENO, path: "stderr")
    }
}
