import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Starts a host again as a process of its own, without a terminal: what `-d` does.
///
/// The new process has a session of its own, nothing on stdin, and its log in a file. It says by a pipe when it is ready,
/// so that who starts it learns at once whether that went well.
struct Daemon {
    /// How a start ended.
    enum Outcome: Equatable {
        /// It runs, and is ready.
        case ready(process: Int32)
        /// It runs; what it needs is not all there yet.
        case running(process: Int32)
        /// It has ended already.
        case ended
    }

    /// By which environment variable the new process knows where to say that it is ready.
    private static let variable = "HAWK_READY_DESCRIPTOR"
    private static let descriptor: Int32 = 3
    /// POSIX_SPAWN_SETSID, which the C libraries' headers hide from Swift.
    #if canImport(Darwin)
    private static let newSession: Int16 = 0x400
    #else
    private static let newSession: Int16 = 0x80
    #endif

    /// The command line of the new process, without the program's name.
    let arguments: [String]
    let logFile: LogFile

    /// Starts it, and waits until it is ready or `limit` has passed.
    func start(within limit: Duration) throws(SystemError) -> Outcome {
        // Made here, so that a file that cannot be written is told on the terminal.
        try Files.makeDirectory(Files.parent(of: logFile.path))
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SystemError("make a pipe") }
        defer { close(ends[0]) }
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        let process: Int32
        do throws(SystemError) {
            process = try spawn(readyEnd: ends[1])
            close(ends[1])
        } catch {
            close(ends[1])
            throw error
        }
        return switch Self.answer(from: ends[0], within: limit) {
        case .some(true): .ready(process: process)
        case .some(false): .ended
        case .none: .running(process: process)
        }
    }

    /// Says that this process is ready, if somebody waits for it.
    static func sayReady() {
        guard let text = getenv(variable), let descriptor = Int32(String(cString: text)) else { return }
        unsetenv(variable)
        var byte: UInt8 = 1
        _ = write(descriptor, &byte, 1)
        close(descriptor)
    }

    /// True when it said that it is ready, false when it closed the pipe without, nil when it did neither in time.
    private static func answer(from descriptor: Int32, within limit: Duration) -> Bool? {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let count = retryingInterrupted { systemPoll(&poll, Int32(limit / .milliseconds(1))) }
        guard count > 0 else { return nil }
        var byte: UInt8 = 0
        return read(descriptor, &byte, 1) == 1
    }

    private static func systemPoll(_ descriptor: inout pollfd, _ milliseconds: Int32) -> Int {
        Int(poll(&descriptor, 1, milliseconds))
    }

    private func spawn(readyEnd: Int32) throws(SystemError) -> Int32 {
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions,
            STDOUT_FILENO,
            logFile.path,
            O_WRONLY | O_CREAT | O_APPEND,
            0o600
        )
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        posix_spawn_file_actions_adddup2(&actions, readyEnd, Self.descriptor)
        if readyEnd != Self.descriptor { posix_spawn_file_actions_addclose(&actions, readyEnd) }
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Self.newSession)
        setenv(Self.variable, "\(Self.descriptor)", 1)
        defer { unsetenv(Self.variable) }
        let words = ([CommandLine.arguments[0]] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        let code = posix_spawnp(&process, CommandLine.arguments[0], &actions, &attributes, words, environ)
        guard code == 0 else { throw SystemError("start \(CommandLine.arguments[0])", code: code) }
        return process
    }
}
