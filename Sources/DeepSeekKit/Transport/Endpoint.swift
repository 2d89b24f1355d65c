#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The server that a client talks to, checked once: http or https, and no key in the clear beyond this machine.
struct Endpoint: Sendable {
    /// The base address without a slash at its end.
    let base: String
    /// Whether it is this machine: then no proxy is used, and plain http may carry a key.
    let isLoopback: Bool

    /// Reads a base URL.
    ///
    /// Stricter than the standard where libcurl and we might read it differently: no user, no query, no fragment, no
    /// percent sign, host of letters, digits, `-`, `.` and `_`, an IPv4 address of four plain numbers, or an IPv6 address in
    /// brackets.
    init(_ url: String, carriesKey: Bool) throws(DeepSeekError) {
        let lowered = url.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lowered.hasPrefix($0) }) else {
            throw DeepSeekError(.invalidRequest, "the base URL must begin with https:// or http://")
        }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        guard let host = Self.host(of: authority), path.utf8.allSatisfy(Self.isPlain) else {
            throw DeepSeekError(.invalidRequest, "the base URL is not of the form https://host[:port][/path]")
        }
        isLoopback = Self.isLoopback(host.lowercased())
        guard !carriesKey || scheme == "https://" || isLoopback else {
            throw DeepSeekError(
                .invalidRequest,
                "the base URL is plain http beyond this machine, where the key could be read: use https"
            )
        }
        let end = path.lastIndex { $0 != "/" }.map { path[...$0] } ?? ""
        base = scheme + authority + end
    }

    private static func host(of authority: Substring) -> Substring? {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let host = authority[...end]
            return address6(host.dropFirst().dropLast()) != nil && isPort(authority[end...].dropFirst()) ? host : nil
        }
        let host = authority.prefix { $0 != ":" }
        guard !host.isEmpty, host.utf8.allSatisfy({ isPlain($0) && $0 != UInt8(ascii: "/") }) else { return nil }
        // 127.1, 0x7f000001 and the like mean different machines to different readers.
        guard !endsInNumber(host) || address(host) != nil else { return nil }
        return isPort(authority.dropFirst(host.count)) ? host : nil
    }

    private static func isPort(_ text: Substring) -> Bool {
        if text.isEmpty { return true }
        let digits = text.dropFirst()
        return text.hasPrefix(":") && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
            && UInt16(digits).map { $0 > 0 } == true
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-")...UInt8(ascii: "/"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "localhost." { return true }
        if let address = address(host) { return address[0] == 127 }
        guard host.hasPrefix("["), let address = address6(host.dropFirst().dropLast()) else { return false }
        let isMapped = address[..<10].allSatisfy { $0 == 0 } && address[10] == 0xFF && address[11] == 0xFF
        return isMapped ? address[12] == 127 : address == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// An IPv4 address of four plain numbers.
    private static func address(_ host: some StringProtocol) -> [UInt8]? {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
        let numbers = parts.compactMap { part in UInt8(part).flatMap { "\($0)" == part ? $0 : nil } }
        return numbers.count == 4 && parts.count == 4 ? numbers : nil
    }

    /// An IPv6 address without its brackets.
    private static func address6(_ host: some StringProtocol) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        return inet_pton(AF_INET6, String(host), &bytes) == 1 ? bytes : nil
    }

    /// Whether others would read a name as an IPv4 address: its last label is a number (WHATWG URL 3.5).
    private static func endsInNumber(_ host: Substring) -> Bool {
        var labels = host.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        if labels.count > 1, labels.last?.isEmpty == true { labels.removeLast() }
        guard let last = labels.last, !last.isEmpty else { return false }
        if last.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
        return last.hasPrefix("0x") && last.dropFirst(2).allSatisfy(\.isHexDigit)
    }
}
