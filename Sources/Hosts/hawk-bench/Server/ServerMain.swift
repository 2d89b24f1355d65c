#if os(Linux)
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the server process does: `serve` and an order.
enum ServerMain {
    /// Serves until the process that started this one closes its end of standard input, by its death if need be.
    static func run(_ order: ServerOrder) async throws {
        OpenFiles.raiseLimit()
        ChildProcess.endWithParent()
        switch order.kind {
        case .gateway: try await GatewayServer.run(order)
        case .bare: try BareServer(order).run()
        }
    }

    /// Tells the process that started this one where to connect.
    static func announce(port: UInt16) throws {
        try Files.write("\(port)\n".utf8, to: STDOUT_FILENO, path: "standard output")
    }
}
#endif
