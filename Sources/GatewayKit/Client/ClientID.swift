/// The name of one WebSocket, in the whole installation: GatewayWorker's `client_id`.
///
/// Ten bytes, written as 20 hex digits: the gateway's inner address (4 + 2) and the connection's number there (4).
/// It is no secret and no right: who may act for a socket shows it with the proof that the gateway sent along.
public struct ClientID: Sendable, Hashable, CustomStringConvertible {
    /// The gateway that holds the socket.
    public let gateway: GatewayAddress
    /// The connection's number at that gateway.
    public let connection: UInt32

    /// An id from its parts.
    public init(gateway: GatewayAddress, connection: UInt32) {
        self.gateway = gateway
        self.connection = connection
    }

    /// Reads 20 hex digits, of either case; nil for anything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 20 else { return nil }
        var high: UInt64 = 0  // the address: 12 digits
        var low: UInt32 = 0  // the connection: 8 digits
        for (index, digit) in text.utf8.enumerated() {
            guard let value = Self.value(of: digit) else { return nil }
            if index < 12 { high = high << 4 | UInt64(value) } else { low = low << 4 | UInt32(value) }
        }
        gateway = GatewayAddress(ipv4: UInt32(high >> 16), port: UInt16(truncatingIfNeeded: high))
        connection = low
    }

    /// 20 lower case hex digits.
    public var description: String {
        String(unsafeUninitializedCapacity: 20) { buffer in
            Self.write(UInt64(gateway.ipv4), digits: 8, into: buffer, at: 0)
            Self.write(UInt64(gateway.port), digits: 4, into: buffer, at: 8)
            Self.write(UInt64(connection), digits: 8, into: buffer, at: 12)
            return 20
        }
    }

    private static func write(
        _ value: UInt64,
        digits: Int,
        into buffer: UnsafeMutableBufferPointer<UInt8>,
        at start: Int
    ) {
        for index in 0..<digits {
            let digit = UInt8(value >> UInt64(4 * (digits - 1 - index)) & 15)
            buffer[start + index] = digit < 10 ? 48 + digit : 87 + digit  // 0-9, a-f
        }
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48  // 0-9
        case 97...102: digit - 87  // a-f
        case 65...70: digit - 55  // A-F
        default: nil
        }
    }
}
