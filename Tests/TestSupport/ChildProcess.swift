import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A program started by a test; it is killed when the value goes.
public final class ChildProcess: Sendable {
    /// How a process ended.
    public enum Exit: Sendable, Equatable {
        /// By itself, with a code.
        case code(Int32)
        /// By a signal.
        case signal(Int32)
    }

    /// Its process id.
    public let id: Int32
    private let output: String
    private let exit = Lock<Exit?>(nil)

    /// Starts `executable` with arguments and exactly this environment; stdout and stderr go to the file `output`.
    public init(
        _ executable: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        output: String
    ) throws {
        self.output = output
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let arguments = ([executable] + arguments).map { strdup($0) } + [nil]
        let environment = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, executable, &actions, &attributes, arguments, environment)
        guard code == 0 else { throw SystemError("start \(executable)", code: code) }
        self.id = id
    }

    deinit {
        guard exit.withLock({ $0 }) == nil else { return }
        systemKill(id, SIGKILL)
        var status: Int32 = 0
        waitpid(id, &status, 0)
    }

    /// Sends a signal, if it still runs.
    public func send(_ signal: Int32) {
        if hasExited() == nil { systemKill(id, signal) }
    }

    /// Ends it with SIGKILL and waits for that.
    public func kill() async throws {
        send(SIGKILL)
        _ = try await ended()
    }

    /// Waits until it has ended.
    public func ended(within limit: Duration = .seconds(20)) async throws -> Exit {
        try await eventually(limit, "process \(id) ends; it wrote:\n\(text())") { self.hasExited() != nil }
        return hasExited()!
    }

    /// How it ended; nil while it runs.
    public func hasExited() -> Exit? {
        exit.withLock { exit in
            if exit != nil { return exit }
            var status: Int32 = 0
            guard waitpid(id, &status, WNOHANG) == id else { return nil }
            exit = status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)
            return exit
        }
    }

    /// What it has written so far.
    public func text() -> String {
        (try? Files.read(output, limit: 16 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Waits until it has written `text`.
    public func writes(_ text: String, within limit: Duration = .seconds(20)) async throws {
        try await eventually(limit, "process \(id) writes \"\(text)\"") {
            if let exit = self.hasExited() {
                throw DeadlineExceeded(description: "ended with \(exit) before writing \"\(text)\":\n\(self.text())")
            }
            return self.text().contains(text)
        }
    }
}

// Inside `ChildProcess` the name kill is its own: this reaches libc's.
private func systemKill(_ id: Int32, _ signal: Int32) {
    kill(id, signal)
}
