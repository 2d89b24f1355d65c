import GatewayKit
import PlatformCore
import ServerCore

/// A peer at an inner address that answers as a test says: for gateways that are slow, silent or wrong.
final class ScriptedGateway: Sendable {
    private let group: EventLoopGroup
    private let listener: Listener
    private let accepted = Lock<[LoopBound<StreamConnection>]>([])

    /// - Parameters:
    ///   - limit: how many packets of a connection are read.
    ///   - answer: what a packet is answered with.
    /// - Throws: when there is no port to be had.
    init(reading limit: Int = .max, _ answer: @escaping @Sendable (GatewayPacket) -> [UInt8]) throws {
        group = try EventLoopGroup(name: "scripted")
        listener = try Listener(SocketAddress(.ipv4(0x7F00_0001), port: 0), loops: group.loops)
        listener.start { [accepted] connection in
            accepted.withLock { $0.append(LoopBound(connection, to: connection.loop)) }
            connection.start(Peer(connection, limit, answer))
        }
    }

    var address: GatewayAddress { GatewayAddress("\(listener.address)") ?? .none }

    /// How many connections have come.
    var connections: Int { accepted.withLock { $0.count } }

    /// Ends all connections.
    func cut() {
        for connection in accepted.withLock({ $0 }) { connection.loop.execute { connection.value.abort() } }
    }

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
            var input = ByteCursor(bytes)
            while rest > 0, let view = try? parser.next(&input) {
                connection.write(answer(view.packet))
                rest -= 1
            }
            if rest == 0 { connection.pauseReading() }
        }

        func closed(_ end: StreamEnd) {}
    }
}

/// Counts the packets that a scripted gateway gets.
final class PacketLog: Sendable {
    private let packets = Lock<[GatewayPacket]>([])

    func add(_ packet: GatewayPacket) { packets.withLock { $0.append(packet) } }

    func count(_ command: GatewayPacket.Command) -> Int {
        packets.withLock { packets in packets.count { $0.command == command } }
    }
}
