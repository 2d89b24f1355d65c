/// The proxies whose word is taken about who sends a request.
///
/// ```swift
/// let proxies = try TrustedProxies(["loopback", "10.0.0.0/8"])
/// let client = proxies.client(of: head.headers, peer: connection.peer) ?? connection.peer
/// ```
///
/// Anyone can send a Forwarded or X-Forwarded-For field. What stands in one is believed only as far as it was written by
/// someone trusted: from right to left, beginning with what the trusted peer itself has added.
package struct TrustedProxies: Sendable {
    /// An entry that is neither an address, nor a range of them, nor one of the names.
    package struct UnknownEntry: Error {
        /// The entry.
        package let text: String
    }

    private let ranges: [AddressRange]

    /// Reads a list of addresses, ranges (`10.0.0.0/8`, `fd00::/8`) and names.
    ///
    /// - Parameter entries: `loopback` is this machine; `private` is every network that is not routed on the internet
    ///   (RFC 1918, RFC 4193, and link-local ones), without `loopback`.
    /// - Throws: The first entry that is none of these.
    package init(_ entries: [String]) throws(UnknownEntry) {
        var ranges: [AddressRange] = []
        for entry in entries {
            let known = (Self.names[entry] ?? [entry]).compactMap { AddressRange($0) }
            guard !known.isEmpty else { throw UnknownEntry(text: entry) }
            ranges += known
        }
        self.ranges = ranges
    }

    /// Whether the entries hold every address of IPv4 or of IPv6 between them: then clients say themselves who they are.
    package var trustsEverybody: Bool { AddressRange.holdEveryAddress(ranges) }

    /// Whether an address is a trusted proxy's.
    package func trusts(_ address: SocketAddress) -> Bool { ranges.contains { $0.contains(address.host) } }

    /// Who has sent a request: the first address from the right that is not trusted, or the leftmost if all are.
    ///
    /// Read from X-Forwarded-For, which nearly every proxy writes, and from Forwarded (RFC 7239) where there is none: a
    /// proxy that writes only Forwarded has to remove the other, or its clients say who they are. What is no address
    /// (`unknown`, `_hidden`, anything malformed) ends the search, and the address found before it counts.
    ///
    /// - Parameters:
    ///   - headers: The request's.
    ///   - peer: Who is on the other side of the connection.
    /// - Returns: The address, with port 0 where none is given; nil if the peer is not trusted or names nobody.
    package func client(of headers: HTTPHeaders, peer: SocketAddress) -> SocketAddress? {
        guard trusts(peer) else { return nil }
        let usual = headers.values("X-Forwarded-For")
        guard usual.isEmpty else { return client(in: usual, ForwardedElement.node) }
        return client(in: headers.values("Forwarded"), ForwardedElement.address)
    }

    private func client(in lines: [String], _ read: (ArraySlice<UInt8>) -> SocketAddress?) -> SocketAddress? {
        var client: SocketAddress?
        for line in lines.reversed() {
            var list = ReversedList(line)
            while let element = list.next() {
                guard let address = read(element) else { return client }
                client = address
                guard trusts(address) else { return client }
            }
        }
        return client
    }

    private static let names = [
        "loopback": ["127.0.0.0/8", "::1"],
        "private": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"],
    ]
}

/// The elements of a comma-separated list from right to left, but for empty ones (RFC 9110 5.6.1).
///
/// Read from the right, because that end is a trusted proxy's: a quote that somebody before it left open stays in an
/// element of his own, and cannot swallow what follows.
private struct ReversedList {
    private let bytes: [UInt8]
    private var end: Int

    init(_ line: String) {
        bytes = Array(line.utf8)
        end = bytes.count
    }

    mutating func next() -> ArraySlice<UInt8>? {
        while end > 0 {
            let start = startOfElement()
            let blanks = bytes[start..<end].span.trimmed
            let element = bytes[start..<end].dropFirst(blanks.lowerBound).prefix(blanks.count)
            end = start - 1
            if !element.isEmpty { return element }
        }
        return nil
    }

    private func startOfElement() -> Int {
        var isQuoted = false
        for index in stride(from: end - 1, through: 0, by: -1) {
            switch bytes[index] {
            case UInt8(ascii: "\"") where !isQuoted || !isEscaped(index): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: return index + 1
            default: continue
            }
        }
        return 0
    }

    /// RFC 9110 5.6.4: behind an odd number of backslashes.
    private func isEscaped(_ index: Int) -> Bool {
        !bytes[..<index].reversed().prefix { $0 == UInt8(ascii: "\\") }.count.isMultiple(of: 2)
    }
}
