import GatewayKit
import TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A gateway of three loops in a process of its own, for the tests of remote clients: `gateway-peer [REGISTER]`.
///
/// Without the address of a Register it runs one itself. It says by a line each where that listens, where sockets connect
/// and where the inner port is, and runs until it is killed, but not for ever: a test that crashed cannot kill it.
@main
enum GatewayPeer {
    static func main() async throws {
        alarm(600)
        try await withThrowingTaskGroup(of: Void.self) { group in
            var register = CommandLine.arguments.dropFirst().first ?? ""
            if register.isEmpty {
                let own = Register(.init(listen: "127.0.0.1:0"))
                group.addTask { try await own.run() }
                try await eventually(.seconds(60), "the Register listens") { own.address != nil }
                register = own.address ?? ""
            }
            say("register \(register)")
            let configuration = Gateway.Configuration(
                listen: "127.0.0.1:0",
                innerListen: "127.0.0.1:0",
                registers: [register],
                loops: 3,
                onEvent: { if case .innerListening(let address) = $0 { say("inner \(address)") } }
            )
            let gateway = Gateway(configuration)
            group.addTask { try await gateway.run() }
            say("sockets ws://\(try await gateway.listeningAddress())/")
            try await group.waitForAll()
        }
    }

    /// Writes a line at once, whatever standard output is.
    private static func say(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }
}
