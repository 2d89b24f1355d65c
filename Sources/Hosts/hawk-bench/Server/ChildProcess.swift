#if os(Linux)
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// This program once more, in another role; it ends with this value.
final class ChildProcess {
    let id: pid_t
    /// The write end of its standard input, at whose end it exits, even when this process was killed.
    private let input: Int32
    /// The read end of its standard output.
    private let output: Int32

    /// Starts it with arguments that say the role.
    init(_ arguments: [String], environment: [String] = []) throws {
        let (input, output) = (try Self.pipe(), try Self.pipe())
        defer { for end in [input.read, output.write] { close(end) } }
        self.input = input.write
        self.output = output.read
        id = try Self.spawn(["hawk-bench"] + arguments, environment, input.read, output.write)
    }

    deinit {
        close(input)
        close(output)
        kill(id, SIGKILL)
        var status: Int32 = 0
        waitpid(id, &status, 0)
    }

    /// Has this process end when the one that started it closes its end of standard input, by its death if need be.
    static func endWithParent() {
        Thread(name: "parent") {
            var byte: UInt8 = 0
            while retryingInterrupted({ read(STDIN_FILENO, &byte, 1) }) > 0 {}
            _exit(0)
        }.detach()
    }

    /// Whether it has not ended.
    var isAlive: Bool { kill(id, 0) == 0 && waitpid(id, nil, WNOHANG) == 0 }

    /// Sends a text to its standard input.
    func write(_ text: String) throws { try Files.write(Array(text.utf8), to: input, path: "a child's standard input") }

    /// The next line that it prints, without its end; what came of one when it ended.
    func readLine() -> String {
        var text: [UInt8] = []
        var byte: UInt8 = 0
        while retryingInterrupted({ read(output, &byte, 1) }) == 1, byte != UInt8(ascii: "\n") { text.append(byte) }
        return String(decoding: text, as: UTF8.self)
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard systemPipe(&ends) == 0 else { throw SystemError("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ arguments: [String],
        _ environment: [String],
        _ input: Int32,
        _ output: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        let arguments = arguments.map { strdup($0) } + [nil]
        let libraries = getenv("LD_LIBRARY_PATH").map { ["LD_LIBRARY_PATH=\(String(cString: $0))"] } ?? []
        let environment = (environment + libraries).map { strdup($0) } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, "/proc/self/exe", &actions, nil, arguments, environment)
        guard code == 0 else { throw SystemError("start a server process", code: code) }
        return id
    }
}

// Inside `ChildProcess` the name pipe is its own.
private func systemPipe(_ ends: inout [Int32]) -> Int32 { pipe(&ends) }
#endif
