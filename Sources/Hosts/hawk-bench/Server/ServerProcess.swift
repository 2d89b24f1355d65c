#if os(Linux)
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A server in a process of its own, so that its CPU time and memory are its alone; it ends with this value.
final class ServerProcess {
    let order: ServerOrder
    let port: UInt16
    private let id: pid_t
    private let clock: clockid_t
    /// The write end of its standard input, at whose end it exits, even when this process was killed.
    private let input: Int32

    /// Starts this program again as the server that the order says, and waits until it listens.
    init(_ order: ServerOrder, environment: [String] = []) throws {
        self.order = order
        let (input, output) = (try Self.pipe(), try Self.pipe())
        defer { for end in [input.read, output.read, output.write] { close(end) } }
        self.input = input.write
        id = try Self.spawn(["hawk-bench", "serve"] + order.arguments, environment, input.read, output.write)
        var clock = clockid_t()
        clock_getcpuclockid(id, &clock)
        self.clock = clock
        port = try Self.readPort(from: output.read)
    }

    deinit {
        close(input)
        kill(id, SIGKILL)
        var status: Int32 = 0
        waitpid(id, &status, 0)
    }

    /// The CPU time of all its threads so far, user and system, in seconds.
    var cpuTime: Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Its own memory now, in bytes: what is resident and of no file.
    func memory() throws -> Int {
        let status = String(decoding: try Files.read("/proc/\(id)/status"), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        guard let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
            throw BenchError("/proc/\(id)/status does not say RssAnon")
        }
        return kilobytes << 10
    }

    /// Adds to a sample how long something took, and how much CPU time of the server.
    func measure(_ sample: inout Sample, _ body: (inout Sample) throws -> Void) rethrows {
        let (time, cpu) = (Monotonic.now, cpuTime)
        try body(&sample)
        sample.cpuSeconds += cpuTime - cpu
        sample.seconds += Double(Monotonic.now - time) / 1e9
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

    private static func readPort(from output: Int32) throws -> UInt16 {
        var text: [UInt8] = []
        var byte: UInt8 = 0
        while retryingInterrupted({ read(output, &byte, 1) }) == 1, byte != UInt8(ascii: "\n") { text.append(byte) }
        guard let port = UInt16(String(decoding: text, as: UTF8.self)) else {
            throw BenchError("the server process ended before it listened")
        }
        return port
    }
}

// Inside `ServerProcess` the name pipe is its own.
private func systemPipe(_ ends: inout [Int32]) -> Int32 { pipe(&ends) }
#endif
