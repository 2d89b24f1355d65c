/// The server that a client talks to, checked once: http or https, and no key in the clear beyond this machine.
struct Endpoint: Sendable {
    /// The base address without a slash at its end.
    let base: String
    /// Whether it is this machine: then no proxy is used, and plain http may carry a key.
    let isLoopback: Bool

    /// Reads a base URL.
    ///
    /// Stricter than the standard where libcurl and we might read it differently: no user, no query, no fragment, no
    /// percent sign, host of letters, digits, `-`, `.` and `_`, or an IPv6 address in brackets.
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
            let isAddress = host.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
            return isAddress && isPort(authority[end...].dropFirst()) ? host : nil
        }
        let host = authority.prefix { $0 != ":" }
        guard !host.isEmpty, host.utf8.allSatisfy({ isPlain($0) && $0 != UInt8(ascii: "/") }) else { return nil }
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
        if host == "localhost" || host == "[::1]" { return true }
        // Four plain numbers: short forms such as 127.1 are left to those who want to explain them.
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0).map(String.init) == String($0) }
    }
}
