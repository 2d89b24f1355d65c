import FoundationEssentials
import PlatformCore
import TestSupport

@testable import HostSupport

/// A hawk-server of a test's own without Register and inner port, and the commands that are given to it.
final class LoneServer: Sendable {
    private let directory = TemporaryDirectory()
    private let data: String
    private let port = freePort()
    private let process = Lock<ChildProcess?>(nil)

    /// Starts it, and waits until it listens.
    init(subdirectory: String = "data") async throws {
        data = directory.file(subdirectory)
        try await start()
    }

    var url: String { "ws://127.0.0.1:\(port)/" }
    var socket: String { "\(data)/run/hawk-server.sock" }
    var pidFile: String { "\(data)/run/hawk-server.pid" }
    /// The process that was started last.
    var id: Int32 { process.withLock { $0!.id } }

    /// Starts it (again), and waits until it listens.
    func start() async throws {
        let process = try start(["start"])
        self.process.withLock { $0 = process }
        try await process.writes("listening")
    }

    /// Begins a command.
    func start(_ arguments: [String]) throws -> ChildProcess {
        let environment = [
            "HAWK_DATA": data, "HAWK_GATEWAY_LISTEN": "127.0.0.1:\(port)", "HAWK_REGISTER_LISTEN": "off",
            "HAWK_INNER_LISTEN": "off", "HAWK_LOOPS": "2", "SWIFT_BACKTRACE": "enable=no",
        ]
        let output = directory.file("output-\(UInt64.random(in: 0...UInt64.max))")
        return try ChildProcess(Programs.path("hawk-server"), arguments, environment: environment, output: output)
    }

    /// What a command prints, and its exit code.
    func run(_ arguments: [String]) async throws -> (String, ChildProcess.Exit) {
        let program = try start(arguments)
        let exit = try await program.ended(within: .seconds(60))
        return (program.text(), exit)
    }

    func run(_ arguments: String...) async throws -> (String, ChildProcess.Exit) { try await run(arguments) }

    func status() async throws -> HostStatus {
        let (text, _) = try await run("status", "--json")
        return try ControlClient.decoder.decode(HostStatus.self, from: Data(text.utf8))
    }

    /// Ends it with SIGKILL.
    func kill() async throws { try await process.withLock { $0! }.kill() }

    func ended() async throws -> ChildProcess.Exit { try await process.withLock { $0! }.ended(within: .seconds(60)) }

    /// What it has written since it was started last.
    func text() -> String { process.withLock { $0! }.text() }
}
