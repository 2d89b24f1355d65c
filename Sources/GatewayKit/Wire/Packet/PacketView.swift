/// A packet where it lies: what a gateway reads of one, without a copy.
///
/// Good for as long as the bytes are.
package struct PacketView {
    /// What the packet asks for or tells.
    package let command: GatewayPacket.Command
    /// Which client of the gateway is meant.
    package let connectionID: UInt32
    /// How the body is to be read.
    package let flags: GatewayPacket.Flags
    /// What the command works on: a uid, a list, a session.
    package let extra: UnsafeRawBufferPointer
    /// The message.
    package let body: UnsafeRawBufferPointer
    private let bytes: UnsafeRawBufferPointer

    /// Reads a whole packet; at least the header must be there.
    init(_ bytes: UnsafeRawBufferPointer) throws(GatewayPacketParser.Violation) {
        let extraLength = Int(bytes.bigEndian(at: 24, as: UInt32.self))
        let start = GatewayPacket.headerLength
        guard extraLength <= bytes.count - start else { throw .tooShort }
        self.bytes = bytes
        command = .init(rawValue: bytes[4])
        connectionID = bytes.bigEndian(at: 17)
        flags = .init(rawValue: bytes[21])
        extra = UnsafeRawBufferPointer(rebasing: bytes[start..<start + extraLength])
        body = UnsafeRawBufferPointer(rebasing: bytes[(start + extraLength)...])
    }

    /// A copy of the packet, with all its fields.
    package var packet: GatewayPacket {
        var packet = GatewayPacket(command, connectionID: connectionID, extra: Array(extra), body: Array(body))
        packet.localIP = bytes.bigEndian(at: 5)
        packet.localPort = bytes.bigEndian(at: 9)
        packet.clientIP = bytes.bigEndian(at: 11)
        packet.clientPort = bytes.bigEndian(at: 15)
        packet.flags = flags
        packet.gatewayPort = bytes.bigEndian(at: 22)
        return packet
    }
}

extension UnsafeRawBufferPointer {
    /// The number at `offset`, most significant byte first; the caller has checked that it is there.
    package func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int,
        as type: Number.Type = Number.self
    ) -> Number {
        Number(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}
