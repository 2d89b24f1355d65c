import GatewayKit
import PlatformCore
import ServerCore

/// A listener that keeps the lines it gets.
final class LineRecorder: Sendable {
    private let group: EventLoopGroup
    private let listener: Listener
    private let recorded = Lock<[String]>([])

    init() throws {
        group = try EventLoopGroup(name: "lines")
        listener = try Listener(SocketAddress(.ipv4(0x7F00_0001), port: 0), loops: group.loops)
        listener.start { [recorded] connection in connection.start(Ear(connection, recorded)) }
    }

    var port: UInt16 { listener.address.port }

    var lines: [String] { recorded.withLock { $0 } }

    private final class Ear: ByteStreamDelegate {
        let connection: StreamConnection
        let recorded: Lock<[String]>
        var reader = LineReader(limit: 1000)

        init(_ connection: StreamConnection, _ recorded: Lock<[String]>) {
            self.connection = connection
            self.recorded = recorded
        }

        var stream: any ByteStream { connection }

        func received(_ bytes: UnsafeMutableRawBufferPointer) {
            reader.append(bytes)
            while let line = try? reader.next() {
                recorded.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
            }
        }

        func closed(_ end: StreamEnd) {}
    }
}
