/// Where a gateway's inner port is reached: an IPv4 address and a port, as GatewayWorker names its gateways.
///
/// A gateway without an inner port goes by 127.0.0.1:0, which nobody dials.
public struct GatewayAddress: Sendable, Hashable, CustomStringConvertible {
    /// The four bytes of the IPv4 address, the first in the highest bits.
    public let ipv4: UInt32
    /// The inner port; 0 for a gateway without one.
    public let port: UInt16

    /// An address from its parts.
    public init(ipv4: UInt32, port: UInt16) {
        self.ipv4 = ipv4
        self.port = port
    }

    /// Reads `10.0.0.7:2900`; nil for anything else, names and IPv6 included, since a client id has room for IPv4 only.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = Self.number(parts[1], max: 65535) else { return nil }
        let bytes = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard bytes.count == 4 else { return nil }
        var ipv4: UInt32 = 0
        for byte in bytes {
            guard let value = Self.number(byte, max: 255) else { return nil }
            ipv4 = ipv4 << 8 | value
        }
        self.init(ipv4: ipv4, port: UInt16(port))
    }

    /// The address of a gateway without an inner port.
    public static let none = GatewayAddress(ipv4: 0x7F00_0001, port: 0)

    /// `10.0.0.7:2900`.
    public var description: String {
        "\(ipv4 >> 24).\(ipv4 >> 16 & 255).\(ipv4 >> 8 & 255).\(ipv4 & 255):\(port)"
    }

    private static func number(_ text: some StringProtocol, max: UInt32) -> UInt32? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }),
            let value = UInt32(text), value <= max
        else { return nil }
        return value
    }
}
