import HostSupport
import PlatformCore
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Hosts without a terminal: `-d`, `stop`, `restart`, and their log files.
@Suite(.serialized) struct DaemonTests {
    private let directory = TemporaryDirectory()
    private let port = freePort()

    private var environment: [String: String] {
        [
            "HAWK_DATA": directory.file("data"), "HAWK_GATEWAY_LISTEN": "127.0.0.1:\(port)",
            "HAWK_REGISTER_LISTEN": "off", "HAWK_INNER_LISTEN": "off", "HAWK_LOOPS": "1",
        ]
    }

    /// What a command prints, and its exit code.
    private func run(
        _ arguments: String...,
        adding more: [String: String] = [:]
    ) async throws -> (String, ChildProcess.Exit) {
        let program = try ChildProcess(
            Programs.path("hawk-server"),
            arguments,
            environment: environment.merging(more) { $1 },
            output: directory.file("output-\(UInt64.random(in: 0...UInt64.max))")
        )
        let exit = try await program.ended(within: .seconds(60))
        return (program.text(), exit)
    }

    private var pidFile: String { directory.file("data/run/hawk-server.pid") }
    private var log: String { directory.file("data/run/hawk-server.log") }

    private func logText() throws -> String { String(decoding: try Files.read(log), as: UTF8.self) }

    @Test func `a host started with -d is ready when the command returns, and is stopped and restarted by commands`()
        async throws
    {
        let (said, exit) = try await run("start", "-d")
        #expect(exit == .code(0), "\(said)")
        let first = try #require(try PidFile.owner(of: pidFile))
        #expect(said.contains("hawk-server runs, process \(first), and is ready; its log is \(log)"))
        _ = try await WebSocketClient.connect("ws://127.0.0.1:\(port)/")
        // It has no terminal and a session of its own.
        #expect(getsid(first) == first)

        #expect(try await run("start", "-d").1 == .code(1))
        #expect(try await run("restart", "-d").1 == .code(0))
        let second = try #require(try PidFile.owner(of: pidFile))
        #expect(second != first)
        _ = try await WebSocketClient.connect("ws://127.0.0.1:\(port)/")

        // A log file that was moved away is made anew.
        #expect(try logText().contains("listening"))
        #expect(rename(log, log + ".1") == 0)
        #expect(kill(second, SIGHUP) == 0)
        try await eventually(.seconds(20), "a new log") { (try? logText().contains("asked to reload")) == true }

        #expect(try await run("stop").1 == .code(0))
        #expect(try PidFile.owner(of: pidFile) == nil)
        #expect(try logText().contains("hawk-server ended"))
    }

    @Test func `a host that cannot start says why where -d was typed`() async throws {
        // An address for documents (RFC 5737), which no machine has.
        let (said, exit) = try await run("start", "-d", adding: ["HAWK_GATEWAY_LISTEN": "192.0.2.1:8282"])
        #expect(exit == .code(1))
        #expect(said.contains("hawk-server has ended again"))
        #expect(said.contains("192.0.2.1:8282"), "\(said)")
        #expect(try PidFile.owner(of: pidFile) == nil)
    }

    @Test func `-d is refused for what does not go on running`() async throws {
        let (said, exit) = try await run("config", "-d")
        #expect(exit == .code(2))
        #expect(said.contains("-d is for what goes on running"), "\(said)")
        #expect(try await run("stop", "-d").1 == .code(2))
    }
}
