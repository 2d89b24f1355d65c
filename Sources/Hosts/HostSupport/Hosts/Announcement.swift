import GatewayKit
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a host listens at; and what it says on a terminal once it listens wherever it shall: what is where, who gets
/// there, and what a person should know.
package final class Announcement: Sendable {
    private struct State {
        var doors: [Door] = []
        var isSaid = false
    }

    private let settings: Settings
    private let host: HostName
    private let observe: @Sendable (Door) -> Void
    private let state = Lock(State())

    init(host: HostName, settings: Settings, observe: @escaping @Sendable (Door) -> Void = { _ in }) {
        self.observe = observe
        self.host = host
        self.settings = settings
    }

    /// Where the host listens now, in the order in which it began to.
    var doors: [Door] { state.withLock { $0.doors } }

    /// The host listens there.
    func opened(_ door: Door) {
        observe(door)
        let isWhole = state.withLock { state in
            state.doors.append(door)
            return expected.isSubset(of: state.doors.map(\.kind))
        }
        if isWhole, host != .queue { say() }
    }

    /// Hears of doors of the gateway and the Register.
    func note(_ event: GatewayEvent) {
        switch event {
        case .listening(let address): opened(Door(.gateway, at: address, isSecure: settings.tlsCertificate != nil))
        case .innerListening(let address): opened(Door(.inner, at: address))
        case .registerListening(let address): opened(Door(.register, at: address))
        default: break
        }
    }

    /// Says once, where a person reads it, what this host is.
    func say() {
        guard Terminal.isTerminal(STDOUT_FILENO) else { return }
        let isFirst = state.withLock { state in
            defer { state.isSaid = true }
            return !state.isSaid
        }
        guard isFirst else { return }
        try? Files.write(text(hasColours: Terminal.hasColours(STDOUT_FILENO)).utf8, to: STDOUT_FILENO, path: "stdout")
    }

    func text(hasColours: Bool) -> String {
        func bold(_ text: String) -> String { hasColours ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
        func dim(_ text: String) -> String { hasColours ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
        let rule = dim(String(repeating: "─", count: 76))
        var lines = ["", "\(bold("\(host.rawValue) \(HawkVersion.text)")) runs, process \(getpid()): \(mode)", rule]
        let doors = doors
        if !doors.isEmpty {
            let loops = settings.loops == 1 ? "1 loop" : "\(settings.loops) loops"
            lines += Door.table(doors) { $0.kind == .gateway ? loops : "" }.lines
            lines.append(rule)
        }
        var facts = TextTable(columns: [.left, .left])
        for (name, value) in self.facts { facts.add([name, value]) }
        lines += facts.lines
        var commands = ["status"]
        if host == .hawk || host == .server && !settings.isRegisterOnly { commands.append("connections") }
        let hints = commands.map { "\(host.rawValue) \($0)\(whichHost)" }.joined(separator: ", ")
        lines += [rule, "Ctrl-C stops it. What it does: \(hints)", ""]
        return lines.map { $0 + "\n" }.joined()
    }

    /// Where it listens when all its parts do.
    private var expected: Set<Door.Kind> {
        var kinds: Set<Door.Kind> = settings.adminListen == nil ? [] : [.admin]
        if [.hawk, .api].contains(host) { kinds.insert(.page) }
        if [.hawk, .server].contains(host) {
            if settings.registerListen != nil { kinds.insert(.register) }
            if !settings.isRegisterOnly {
                kinds.formUnion(settings.innerListen == nil ? [.gateway] : [.gateway, .inner])
            }
        }
        return kinds
    }

    private var mode: String { settings.mode(of: host) }

    private var facts: [(name: String, value: String)] {
        var facts: [(name: String, value: String)] = []
        if [.hawk, .queue].contains(host) { facts.append(("Model", model)) }
        if [.hawk, .api].contains(host) { facts.append(("Sign-in", signIn)) }
        if host == .hawk { facts.append(("Data", "\(settings.data)/")) }
        if [.api, .queue].contains(host) {
            facts.append(("Database", settings.database))
            facts.append(("Register", settings.registers.joined(separator: ", ")))
        }
        if host == .server, settings.secret == nil {
            let pushing = doors.contains { [.register, .inner].contains($0.kind) }
            let reach = pushing ? "no proofs; whoever reaches Register or inner port may push" : "sockets get no proof"
            facts.append(("Secret", "none: \(reach)"))
        }
        facts.append(("Log", settings.logFile ?? (Terminal.isTerminal(STDERR_FILENO) ? "this terminal" : "stderr")))
        return facts
    }

    /// What a command needs to be told for it to find this host.
    private var whichHost: String {
        settings.pidFile == "\(settings.data)/run/\(host.rawValue).pid"
            ? whichData : " --pid-file \(Self.quoted(settings.pidFile))"
    }

    private var whichData: String { settings.data == "data" ? "" : " --data \(Self.quoted(settings.data))" }

    /// A word as a shell takes it.
    private static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            byte >= 0x80 || "/._-+:@%,=".utf8.contains(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
        }
        return plain && !word.isEmpty
            ? word : "'\(word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
    }

    private var model: String {
        guard host == .hawk, settings.deepSeekKey == nil else {
            return "\(settings.model) at \(settings.deepSeekURL ?? "api.deepseek.com")"
        }
        return "SIMULATED: no DEEPSEEK_API_KEY is set, answers are made up here"
    }

    private var signIn: String {
        if settings.hasDevelopmentSignIn { return "development: anyone on this machine, under any name" }
        return settings.tokenURL.map { "tokens from \($0)" } ?? "tokens only: try `hawk token UID\(whichData)`"
    }
}
