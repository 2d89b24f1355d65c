/// Cuts a stream of bytes into packets, wherever the segments end.
///
/// ```swift
/// parser.append(received)
/// while let packet = try parser.next() { … }
/// ```
/// Holds at most one packet and what came in the same segment behind it. After a violation the connection is closed: the
/// stream cannot be read any further.
package struct GatewayPacketParser: Sendable {
    /// Why a stream is no stream of packets.
    package enum Violation: Error, Sendable, Equatable {
        /// The length says more than the limit.
        case tooLong
        /// The length says less than a header and the extra data need.
        case tooShort
    }

    /// The largest packet taken, header included.
    package var limit: Int
    private var buffer: [UInt8] = []
    private var start = 0

    /// - Parameter limit: the largest packet taken, header included.
    package init(limit: Int = GatewayPacket.defaultLimit) {
        self.limit = limit
    }

    /// Takes the next bytes of the stream.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole packet; nil when more bytes are needed.
    package mutating func next() throws(Violation) -> GatewayPacket? {
        guard buffer.count - start >= 4 else { return nil }
        let length = Int(buffer.bigEndian(at: start, as: UInt32.self))
        guard length <= limit else { throw .tooLong }
        // The original waits for ever on a length of 0, and misreads what is shorter than a header.
        guard length >= GatewayPacket.headerLength else { throw .tooShort }
        guard buffer.count - start >= length else { return nil }
        defer {
            start += length
            if start == buffer.count {
                buffer.removeAll(keepingCapacity: buffer.capacity <= 64 << 10)
                start = 0
            }
        }
        return try packet(at: start, length: length)
    }

    private func packet(at offset: Int, length: Int) throws(Violation) -> GatewayPacket {
        let extraLength = Int(buffer.bigEndian(at: offset + 24, as: UInt32.self))
        let extraStart = offset + GatewayPacket.headerLength
        guard extraLength <= length - GatewayPacket.headerLength else { throw .tooShort }
        var packet = GatewayPacket(
            .init(rawValue: buffer[offset + 4]),
            connectionID: buffer.bigEndian(at: offset + 17),
            extra: Array(buffer[extraStart..<extraStart + extraLength]),
            body: Array(buffer[extraStart + extraLength..<offset + length])
        )
        packet.localIP = buffer.bigEndian(at: offset + 5)
        packet.localPort = buffer.bigEndian(at: offset + 9)
        packet.clientIP = buffer.bigEndian(at: offset + 11)
        packet.clientPort = buffer.bigEndian(at: offset + 15)
        packet.flags = .init(rawValue: buffer[offset + 21])
        packet.gatewayPort = buffer.bigEndian(at: offset + 22)
        return packet
    }
}
