import FoundationEssentials
import TestSupport

@testable import HostSupport

extension HawkRig {
    /// What a command of a process prints, and its exit code.
    func command(_ role: Role, _ arguments: [String]) async throws -> (String, ChildProcess.Exit) {
        let program = try ChildProcess(
            Programs.path(role.rawValue),
            arguments,
            environment: environment(role),
            output: directory.file("output-\(UInt64.random(in: 0...UInt64.max))")
        )
        let exit = try await program.ended(within: .seconds(60))
        return (program.text(), exit)
    }

    func command(_ role: Role, _ arguments: String...) async throws -> (String, ChildProcess.Exit) {
        try await command(role, arguments)
    }

    /// What a process says of itself.
    func status(_ role: Role) async throws -> HostStatus {
        let (text, exit) = try await command(role, "status", "--json")
        guard exit == .code(0) else { throw DeadlineExceeded(description: "no status: \(text)") }
        return try ControlClient.decoder.decode(HostStatus.self, from: Data(text.utf8))
    }

    /// The sockets that a process lists.
    func connections(_ role: Role, _ options: String...) async throws -> ConnectionReport {
        let (text, exit) = try await command(role, ["connections", "--json"] + options)
        guard exit == .code(0) else { throw DeadlineExceeded(description: "no connections: \(text)") }
        return try ControlClient.decoder.decode(ConnectionReport.self, from: Data(text.utf8))
    }
}
