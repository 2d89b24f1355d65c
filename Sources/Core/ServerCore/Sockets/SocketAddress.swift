/// An IP address with a port: `127.0.0.1:8282`, `[::1]:0`.
package struct SocketAddress: Hashable, Sendable {
    /// The IP address.
    package enum Host: Hashable, Sendable {
        /// Its four bytes as a number, the first one highest.
        case ipv4(UInt32)
        /// Its sixteen bytes as two numbers, and the zone of a link-local one (0: none).
        case ipv6(high: UInt64, low: UInt64, zone: UInt32 = 0)
    }

    package let host: Host
    package let port: UInt16

    /// The address of a peer that has none: `0.0.0.0:0`.
    static let anonymous = SocketAddress(.ipv4(0), port: 0)

    package init(_ host: Host, port: UInt16) {
        // An IPv4 peer of a dual-stack socket is an IPv4 peer.
        if case .ipv6(high: 0, let low, _) = host, low >> 32 == 0xffff {
            self.host = .ipv4(UInt32(truncatingIfNeeded: low))
        } else {
            self.host = host
        }
        self.port = port
    }

    /// Reads `127.0.0.1:8282`, `[::1]:8282`, `localhost:8282` (IPv4's) and, for listeners, `:8282` (every address).
    ///
    /// Nil for anything else: a name needs `resolve`, and a port is always said.
    package init?(_ text: some StringProtocol) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
            return nil
        }
        guard let host = Self.host(String(text[..<colon])) else { return nil }
        self.init(host, port: port)
    }

    /// The address without the port: `127.0.0.1`, `::1`.
    package var ip: String {
        switch host {
        case .ipv4(let value):
            "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
        case .ipv6(let high, let low, let zone):
            SystemAddress.text(high, low) + (zone == 0 ? "" : "%\(zone)")
        }
    }

    /// The four bytes of an IPv4 address as a number; nil for IPv6.
    package var ipv4: UInt32? {
        if case .ipv4(let value) = host { value } else { nil }
    }

    /// Whether only this machine can be on the other side: 127.0.0.0/8 or ::1.
    package var isLoopback: Bool {
        switch host {
        case .ipv4(let value): value >> 24 == 127
        case .ipv6(let high, let low, _): high == 0 && low == 1
        }
    }

    /// Whether it stands for every address of the machine: `0.0.0.0`, `::`.
    package var isUnspecified: Bool {
        switch host {
        case .ipv4(let value): value == 0
        case .ipv6(let high, let low, _): high == 0 && low == 0
        }
    }

    static func port(_ text: some StringProtocol) -> UInt16? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return UInt16(text)
    }

    private static func host(_ text: String) -> Host? {
        switch text {
        case "": .ipv6(high: 0, low: 0)
        case "localhost": .ipv4(0x7f00_0001)
        case _ where text.hasPrefix("[") && text.hasSuffix("]"):
            SystemAddress.ipv6(String(text.dropFirst().dropLast()))
        default: SystemAddress.ipv4(text)
        }
    }
}

extension SocketAddress.Host {
    /// Reads `203.0.113.7` or `2001:db8::7`: no brackets, no port, no zone, no name.
    ///
    /// An IPv4 address that is written as IPv6 (`::ffff:203.0.113.7`) is one of IPv4.
    package init?(_ text: some StringProtocol) {
        let isIPv6 = text.utf8.contains(UInt8(ascii: ":"))
        let isClean = text.utf8.allSatisfy { HTTPSyntax.hexValue($0) != nil || ":.".utf8.contains($0) }
        guard isClean, let host = isIPv6 ? SystemAddress.ipv6(String(text)) : SystemAddress.ipv4(String(text)) else {
            return nil
        }
        self = SocketAddress(host, port: 0).host
    }
}

extension SocketAddress: CustomStringConvertible {
    package var description: String {
        switch host {
        case .ipv4: "\(ip):\(port)"
        case .ipv6: "[\(ip)]:\(port)"
        }
    }
}
