/// IP addresses whose first bits are the same: `10.0.0.0/8`, `2001:db8::/32`, or a single one, `203.0.113.7`.
package struct AddressRange: Sendable, Hashable {
    private let first: UInt128
    private let mask: UInt128
    private let isIPv4: Bool

    /// Reads an address with or without a prefix length; nil for anything else.
    ///
    /// Bits behind the prefix do not matter. IPv4 may be written as IPv6, `::ffff:10.0.0.0/104`; any other range of IPv6
    /// holds no IPv4 address, not even `::/0`.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = SocketAddress.Host(parts[0]) else { return nil }
        let bits = parts[0].utf8.contains(UInt8(ascii: ":")) ? 128 : 32
        var prefix = bits
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy(HTTPSyntax.isDigit),
                let number = Int(parts[1]), number <= bits
            else { return nil }
            prefix = number
        }
        let free = bits - prefix
        mask = free == 128 ? 0 : UInt128.max << free
        first = Self.number(host) & mask
        isIPv4 = free <= 32 && first >> 32 == 0xffff
    }

    /// Whether ranges hold every address of a family between them.
    package static func holdEveryAddress(_ ranges: [Self]) -> Bool {
        let everyIPv4: UInt128 = 0xffff << 32
        return holdAll(from: everyIPv4, to: everyIPv4 | 0xffff_ffff, ranges.filter(\.isIPv4))
            || holdAll(from: 0, to: .max, ranges.filter { !$0.isIPv4 })
    }

    private static func holdAll(from lowest: UInt128, to highest: UInt128, _ ranges: [Self]) -> Bool {
        var next = lowest
        for range in ranges.sorted(by: { $0.first < $1.first }) {
            guard range.first <= next else { return false }
            let last = range.first | ~range.mask
            if last >= highest { return true }
            next = max(next, last + 1)
        }
        return false
    }

    /// Whether an address is one of them; the zone of a link-local one does not matter.
    package func contains(_ host: SocketAddress.Host) -> Bool {
        if case .ipv4 = host, !isIPv4 { return false }
        return Self.number(host) & mask == first
    }

    /// The address as a number of IPv6: IPv4's are `::ffff:0:0/96` (RFC 4291 2.5.5.2).
    private static func number(_ host: SocketAddress.Host) -> UInt128 {
        switch host {
        case .ipv4(let value): 0xffff << 32 | UInt128(value)
        case .ipv6(let high, let low, _): UInt128(high) << 64 | UInt128(low)
        }
    }
}
