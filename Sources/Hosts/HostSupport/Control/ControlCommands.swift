import FoundationEssentials
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// `status` and `connections`: what a host of this machine says through its control socket.
struct ControlCommands: Sendable {
    /// What an exit code says, as the Linux Standard Base has it for services.
    enum ExitCode {
        static let isRunning: Int32 = 0
        static let isNotRunning: Int32 = 3
        /// It holds the pid file and does not answer, or that cannot be told.
        static let isUnknown: Int32 = 4
    }

    let host: HostName
    let pidFile: String
    let output: @Sendable (String) throws(SystemError) -> Void
    let errors: @Sendable (String) -> Void

    private var client: ControlClient { ControlClient(path: ControlSocket(pidFile: pidFile).path) }

    /// `status [--json] [--watch]`.
    func status(_ options: ControlOptions, until stop: StopRequest) async throws -> Int32 {
        if let code = codeIfSilent() { return code }
        guard !options.isWatched else { return await watch(options, until: stop) }
        return try answered {
            let answer = try client.ask("GET", "/status")
            let status = try client.decode(HostStatus.self, answer)
            if options.isJSON { return Self.printable(answer) }
            return text(StatusScreen(status, hasColours: Terminal.hasColours(STDOUT_FILENO)).lines)
        }
    }

    /// `connections [--uid UID] [--group NAME] [--address PREFIX] [--limit N] [--json]`.
    func connections(_ options: ControlOptions) throws -> Int32 {
        if let code = codeIfSilent() { return code }
        return try answered {
            let question = Array(try ControlClient.encoder.encode(options.question))
            let answer = try client.ask("POST", "/connections", body: question)
            let report = try client.decode(ConnectionReport.self, answer)
            return options.isJSON ? Self.printable(answer) : report.text
        }
    }

    /// What a host that finishes is still at, in few words; nil if it does not say.
    func rest() -> String? {
        guard let status = try? client.status() else { return nil }
        var parts: [String] = []
        if let gateway = status.gateway { parts.append("\(gateway.total.connections) connections") }
        if let api = status.api { parts.append("\(api.requestsUnderWay + api.streams) requests") }
        if let worker = status.worker { parts.append("\(worker.running) jobs") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    // MARK: Watching

    /// Shows the status every second until somebody asks to stop or nobody reads.
    private func watch(_ options: ControlOptions, until stop: StopRequest) async -> Int32 {
        let isScreen = Terminal.isTerminal(STDOUT_FILENO) && !options.isJSON
        if isScreen { try? Self.show(Self.openScreen) }
        let drawing = Task {
            var earlier: HostStatus?
            while !Task.isCancelled {
                let status = try? client.status()
                do throws(SystemError) {
                    try Self.show(frame(status, since: earlier, options, isScreen: isScreen))
                } catch {
                    return
                }
                earlier = status ?? earlier
                try? await Task.sleep(for: .seconds(1))
            }
        }
        Task {
            _ = await stop.wait()
            drawing.cancel()
        }
        await drawing.value
        if isScreen { try? Self.show(Self.closeScreen) }
        return ExitCode.isRunning
    }

    /// Writes, and throws when nobody reads any more: for that there is no other end.
    private static func show(_ text: String) throws(SystemError) {
        try Files.write(text.utf8, to: STDOUT_FILENO, path: "stdout")
    }

    private func frame(
        _ status: HostStatus?,
        since earlier: HostStatus?,
        _ options: ControlOptions,
        isScreen: Bool
    ) -> String {
        guard let status else {
            let line = "\(host.rawValue) does not answer, and is asked again …"
            if options.isJSON { return "{\"state\":\"unknown\"}\n" }
            return isScreen ? Self.screen([line]) : "\(line)\n\n"
        }
        if options.isJSON {
            return (try? ControlClient.encoder.encode(status)).map { Self.printable(Array($0)) + "\n" } ?? ""
        }
        let colours = Terminal.hasColours(STDOUT_FILENO)
        let lines = StatusScreen(status, since: earlier, hasColours: colours).lines
        return isScreen ? Self.screen(lines + ["", "every second; Ctrl-C ends this"]) : text(lines) + "\n"
    }

    /// ECMA-48 and xterm: the other screen and no cursor, as full-screen programs have it.
    private static let openScreen = "\u{1B}[?1049h\u{1B}[?25l"
    private static let closeScreen = "\u{1B}[?25h\u{1B}[?1049l"

    /// From the top left corner, each line in place of the one before, and nothing below.
    private static func screen(_ lines: [String]) -> String {
        "\u{1B}[H" + lines.map { "\($0)\u{1B}[K\r\n" }.joined() + "\u{1B}[J"
    }

    // MARK: What can go wrong

    /// The exit code when the host does not run, or nobody can tell; nil if it does.
    private func codeIfSilent() -> Int32? {
        do throws(SystemError) {
            if try PidFile.owner(of: pidFile) != nil { return nil }
            errors("\(host.rawValue) does not run: nobody holds \(pidFile)")
            return ExitCode.isNotRunning
        } catch {
            errors("\(host.rawValue): \(error)")
            return ExitCode.isUnknown
        }
    }

    /// Prints an answer; says why there is none.
    private func answered(_ answer: () throws -> String) throws -> Int32 {
        let text: String
        do {
            text = try answer()
        } catch {
            errors("\(host.rawValue) runs, and does not answer: \(error)")
            return ExitCode.isUnknown
        }
        try output(text)
        return ExitCode.isRunning
    }

    private func text(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    /// JSON as it came, but what a terminal would obey in its strings is escaped there too.
    static func printable(_ json: [UInt8]) -> String {
        var text = ""
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            // RFC 8259 7 leaves DEL and the C1 controls alone; JSON has neither outside of strings.
            if (0x7F...0x9F).contains(scalar.value) {
                text += "\\u00\(String(scalar.value, radix: 16))"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
