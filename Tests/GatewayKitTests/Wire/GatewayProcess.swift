import GatewayKit
import TestSupport

/// A gateway of three loops in a process of its own, `gateway-peer`; it is killed when the value goes.
final class GatewayProcess: Sendable {
    /// The Register that it announces itself to, its own if it was started without one.
    let register: String
    /// Where sockets connect.
    let url: String
    /// Where the inner port is.
    let address: GatewayAddress
    private let process: ChildProcess

    /// Starts one; without the address of a Register it runs one itself.
    init(register: String? = nil, in directory: TemporaryDirectory) async throws {
        let output = directory.file(register == nil ? "first.log" : "further.log")
        process = try ChildProcess(Programs.path("gateway-peer"), register.map { [$0] } ?? [], output: output)
        for name in ["register", "sockets", "inner"] { try await process.writes("\(name) ") }
        var values: [Substring: String] = [:]
        for line in process.text().split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2 { values[words[0]] = String(words[1]) }
        }
        self.register = values["register"] ?? ""
        url = values["sockets"] ?? ""
        address = values["inner"].flatMap { GatewayAddress($0) } ?? .none
    }
}
