/// The authority of a request, `host[:port]` (RFC 9110 7.2), looked at before anything is built from it.
package struct HostHeader: Sendable, Equatable {
    /// The host, in small letters; an IPv6 address in its brackets.
    package let host: String
    /// The port, if one was given.
    package let port: Int?

    /// Nil for anything but a name, an IPv4 address or a bracketed IPv6 address with an optional port.
    package init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= 261 else { return nil }
        let bytes = Array(text.lowercased().utf8)
        let end: Int
        if bytes[0] == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")), bracket > 2,
                bytes[1..<bracket].allSatisfy(Self.isInAddress)
            else { return nil }
            end = bracket + 1
        } else {
            end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
            guard end > 0, bytes[..<end].allSatisfy(Self.isInName) else { return nil }
        }
        host = String(decoding: bytes[..<end], as: UTF8.self)
        guard end < bytes.count else {
            port = nil
            return
        }
        let digits = bytes[(end + 1)...]
        guard bytes[end] == UInt8(ascii: ":"), (1...5).contains(digits.count), digits.allSatisfy(Self.isDigit),
            let number = Int(String(decoding: digits, as: UTF8.self)), number <= 65_535
        else { return nil }
        port = number
    }

    /// Whether it names this machine itself: 127.0.0.0/8, ::1 or localhost.
    package var isLoopback: Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { $0.utf8.allSatisfy(Self.isDigit) && UInt8($0) != nil }
    }

    /// Whether the host is a bracketed IPv6 address.
    package var isIPv6: Bool { host.first == "[" }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isInName(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
    }

    private static func isInAddress(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            || [UInt8(ascii: ":"), UInt8(ascii: ".")].contains(byte)
    }
}
