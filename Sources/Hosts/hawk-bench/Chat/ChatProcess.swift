#if os(Linux)
import HostSupport
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A hawk in a process of its own, with its ports looked at; it ends with this value.
final class ChatProcess {
    /// The key of the tokens that it takes.
    static let authSecret = "the bench signs its tokens with this key"

    let apiPort: UInt16
    let gatewayPort: UInt16
    private let process: ChildProcess
    private let clock: clockid_t

    /// Starts it and waits until it listens.
    init(directory: String, model: String, concurrency: Int) throws {
        process = try ChildProcess(["converse", directory, model, "\(concurrency)"])
        var clock = clockid_t()
        clock_getcpuclockid(process.id, &clock)
        self.clock = clock
        var ports: [String: UInt16] = [:]
        // It says where it listens before anything else.
        while ports.count < 2 {
            let line = process.readLine()
            guard !line.isEmpty || ports.isEmpty, process.isAlive else {
                throw BenchError("hawk ended before it listened")
            }
            for scheme in ["http://127.0.0.1:", "ws://127.0.0.1:"] {
                guard let range = line.firstRange(of: scheme) else { continue }
                ports[scheme] = UInt16(line[range.upperBound...].prefix(while: \.isNumber))
            }
        }
        apiPort = ports["http://127.0.0.1:"] ?? 0
        gatewayPort = ports["ws://127.0.0.1:"] ?? 0
    }

    /// The CPU time of all its threads so far, in seconds.
    var cpuTime: Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The ages of words since the last call: median and 99th percentile of each stage, in microseconds.
    func stages() throws -> [Double] {
        try process.write("?\n")
        while process.isAlive {
            let numbers = process.readLine().split(separator: " ").compactMap { Double($0) }
            if numbers.count == 2 * StageTimes.Stage.allCases.count { return numbers }
        }
        throw BenchError("hawk ended")
    }

    /// This process is that hawk: `converse` and what `init` gives it.
    static func run(_ arguments: [String]) async throws {
        guard arguments.count == 3 else { throw BenchError("converse is not for people") }
        OpenFiles.raiseLimit()
        let stages = StageTimes()
        answerQuestions(stages)
        let settings = try Settings(
            host: .hawk,
            flags: [
                "data": arguments[0], "api-listen": "127.0.0.1:0", "gateway-listen": "127.0.0.1:0",
                "gateway-url": "ws://127.0.0.1", "auth-secret": authSecret, "deepseek-url": arguments[1],
                "concurrency": arguments[2], "sends-per-minute": "0", "running-replies": "0", "titles": "off",
                "log-level": "error",
            ],
            environment: ["DEEPSEEK_API_KEY": "simulated"],
            cores: 2
        )
        var observers = stages.observers
        observers.opened = { try? Files.write("\($0.url)\n".utf8, to: STDOUT_FILENO, path: "stdout") }
        let composition = Composition(settings, host: .hawk, observers: observers)
        _ = await HostRun(parts: try await composition.parts(), log: { _ in }).run(until: StopRequest())
    }

    /// Tells the ages whenever a line comes, and ends with the process that sends them.
    private static func answerQuestions(_ stages: StageTimes) {
        Thread(name: "parent") {
            var byte: UInt8 = 0
            while retryingInterrupted({ read(STDIN_FILENO, &byte, 1) }) > 0 {
                if byte == UInt8(ascii: "\n") {
                    try? Files.write("\(stages.take())\n".utf8, to: STDOUT_FILENO, path: "standard output")
                }
            }
            _exit(0)
        }
        .detach()
    }
}
#endif
