/// One packet of GatewayWorker's inner protocol: a header of 28 bytes, extra data, a body.
///
/// Workers and clients send commands in it, a gateway sends its workers events in it. All numbers are unsigned and big
/// endian. Pure: bytes in, value out; see `GatewayPacketParser` for the way from a stream.
package struct GatewayPacket: Sendable, Equatable {
    /// The bytes before the extra data.
    package static let headerLength = 28
    /// The largest packet that GatewayWorker's gateways take by default, header included: 10 MiB.
    package static let defaultLimit = 10 << 20

    /// What the packet asks for or tells.
    package var command: Command
    /// The gateway's inner IPv4 address; 0 in packets to a gateway.
    package var localIP: UInt32 = 0
    /// The gateway's inner port; 0 in packets to a gateway.
    package var localPort: UInt16 = 0
    /// The end user's IPv4 address; 0 if unknown.
    package var clientIP: UInt32 = 0
    /// The end user's port.
    package var clientPort: UInt16 = 0
    /// Which client of the gateway is meant.
    package var connectionID: UInt32 = 0
    /// How the body is to be read.
    package var flags: Flags = .scalarBody
    /// The port that the end user connected to; 0 in packets to a gateway.
    package var gatewayPort: UInt16 = 0
    /// What the command works on: a uid, a list, a session.
    package var extra: [UInt8] = []
    /// The message.
    package var body: [UInt8] = []

    package init(_ command: Command, connectionID: UInt32 = 0, extra: [UInt8] = [], body: [UInt8] = []) {
        self.command = command
        self.connectionID = connectionID
        self.extra = extra
        self.body = body
    }

    /// How the body is to be read.
    package struct Flags: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The body is the bytes themselves; without it, PHP's `serialize()` of a value that is not a scalar.
        package static let scalarBody = Self(rawValue: 1)
        /// The body is finished frames: it goes to the socket as it is.
        package static let raw = Self(rawValue: 2)
    }

    /// The packet as it goes over the wire.
    package var bytes: [UInt8] { body.withUnsafeBytes { bytes(body: $0) } }

    /// The packet as it goes over the wire, with another body.
    package func bytes(body: UnsafeRawBufferPointer) -> [UInt8] {
        let length = Self.headerLength + extra.count + body.count
        var output: [UInt8] = []
        output.reserveCapacity(length)
        output.appendBigEndian(UInt32(truncatingIfNeeded: length))
        output.append(command.rawValue)
        output.appendBigEndian(localIP)
        output.appendBigEndian(localPort)
        output.appendBigEndian(clientIP)
        output.appendBigEndian(clientPort)
        output.appendBigEndian(connectionID)
        output.append(flags.rawValue)
        output.appendBigEndian(gatewayPort)
        output.appendBigEndian(UInt32(truncatingIfNeeded: extra.count))
        output += extra
        output += body
        return output
    }
}

extension [UInt8] {
    /// Appends a number with its most significant byte first.
    package mutating func appendBigEndian(_ number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}
