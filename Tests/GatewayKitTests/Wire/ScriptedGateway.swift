import GatewayKit
import PlatformCore
import ServerCore

/// A peer at an inner address that answers as a test says: for gateways that are slow, silent or wrong.
final class ScriptedGateway: Sendable {
    private let group: EventLoopGroup
    private let listener: Listener
    private let accepted = Lock(0)

    /// - Parameters:
    ///   - limit: how many packets of a connection are read.
    ///   - answer: what a packet is answered with.
    /// - Throws: when there is no port to be had.
    init(reading limit: Int = .max, _ answer: @escaping @Sendable (GatewayPacket) -> [UInt8]) throws {
        group = try EventLoopGroup(name: "scripted")
        listener = try Listener(SocketAddress(.ipv4(0x7F00_0001), port: 0), loops: group.loops)
        listener.start { [accepted] connection in
            accepted.withLock { $0 += 1 }
            connection.start(Peer(connection, limit, answer))
        }
    }

    var address: GatewayAddress { GatewayAddress("\(listener.address)") ?? .none }

    /// How many connections have come.
    var connections: Int { accepted.withLock { $0 } }

    /// Gives the port back.
    func stop() async { await listener.stop() }

    private final class Peer: ByteStreamDelegate {
        let connection: StreamConnection
        let answer: @Sendable (GatewayPacket) -> [UInt8]
        var rest: Int
        var parser = GatewayPacketParser()

        init(
            _ connection: StreamConnection,
            _ limit: Int,
            _ answer: @escaping @Sendable (GatewayPacket) -> [UInt8]
        ) {
            self.connection = connection
            rest = limit
            self.answer = answer
        }

        var stream: any ByteStream { connection }

        func received(_ bytes: UnsafeMutableRawBufferPointer) {
            parser.append(bytes)
            while rest > 0, let packet = try? parser.next() {
                connection.write(answer(packet))
                rest -= 1
            }
            if rest == 0 { connection.pauseReading() }
        }

        func closed(_ end: StreamEnd) {}
    }
}
