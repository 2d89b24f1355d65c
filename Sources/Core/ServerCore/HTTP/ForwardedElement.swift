/// One element of a Forwarded or X-Forwarded-For field: reads who it says was on the other side.
enum ForwardedElement {
    /// The address in a `forwarded-element` such as `for="[2001:db8::7]:4711";proto=https` (RFC 7239 4).
    ///
    /// - Returns: nil for one that is malformed, names nobody, or nobody by address.
    static func address(_ element: ArraySlice<UInt8>) -> SocketAddress? {
        var pairs = ForwardedPairs(rest: element)
        var node: ArraySlice<UInt8>?
        var names: Set<String> = []
        while !pairs.isAtEnd {
            // RFC 7239 4: each at most once
            guard let (name, value) = pairs.next(), names.insert(name).inserted else { return nil }
            if name == "for" { node = value }
        }
        return node.flatMap { self.node($0) }
    }

    /// The address in a `node`: `203.0.113.7`, `203.0.113.7:4711`, `[2001:db8::7]`, `[2001:db8::7]:4711`, and, as
    /// X-Forwarded-For has it, `2001:db8::7` (RFC 7239 6).
    ///
    /// - Returns: nil for `unknown`, for an obfuscated name, and for anything else.
    static func node(_ node: ArraySlice<UInt8>) -> SocketAddress? {
        let colons = node.count { $0 == colon }
        if node.first == UInt8(ascii: "[") {
            guard let bracket = node.firstIndex(of: UInt8(ascii: "]")), colons > 1 else { return nil }
            return address(node[..<bracket].dropFirst(), port: node[(bracket + 1)...])
        }
        guard colons == 1, let end = node.firstIndex(of: colon) else { return address(node, port: []) }
        return address(node[..<end], port: node[end...])
    }

    private static let colon = UInt8(ascii: ":")

    /// The port is empty, or a colon and a port (RFC 7239 6.2).
    private static func address(_ ip: ArraySlice<UInt8>, port: ArraySlice<UInt8>) -> SocketAddress? {
        guard let host = SocketAddress.Host(String(decoding: ip, as: UTF8.self)) else { return nil }
        if port.isEmpty { return SocketAddress(host, port: 0) }
        let digits = port.dropFirst()
        guard port.first == colon else { return nil }
        if isObfuscated(digits) { return SocketAddress(host, port: 0) }
        return SocketAddress.port(String(decoding: digits, as: UTF8.self)).map { SocketAddress(host, port: $0) }
    }

    /// RFC 7239 6.3.
    private static func isObfuscated(_ port: ArraySlice<UInt8>) -> Bool {
        port.first == UInt8(ascii: "_") && port.count > 1
            && port.dropFirst().allSatisfy { HTTPSyntax.isAlphanumeric($0) || "._-".utf8.contains($0) }
    }
}

/// Reads `name=value` pairs with semicolons between them, values as tokens or quoted (RFC 7239 4).
private struct ForwardedPairs {
    private var rest: ArraySlice<UInt8>

    init(rest: ArraySlice<UInt8>) {
        self.rest = rest
        skip { HTTPSyntax.isBlank($0) || $0 == Self.semicolon }
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// The next pair, its name in small letters; nil if what comes is none.
    mutating func next() -> (name: String, value: ArraySlice<UInt8>)? {
        let name = token()
        guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "=") else { return nil }
        guard let value = rest.first == UInt8(ascii: "\"") ? quoted() : token(), !value.isEmpty else { return nil }
        skip(HTTPSyntax.isBlank)
        guard isAtEnd || rest.first == Self.semicolon else { return nil }
        skip { HTTPSyntax.isBlank($0) || $0 == Self.semicolon }
        return (String(decoding: name.map(HTTPSyntax.lower), as: UTF8.self), value)
    }

    private mutating func token() -> ArraySlice<UInt8> {
        let token = rest.prefix { HTTPSyntax.isToken($0) }
        rest = rest[token.endIndex...]
        return token
    }

    /// RFC 9110 5.6.4.
    private mutating func quoted() -> ArraySlice<UInt8>? {
        var text: ArraySlice<UInt8> = []
        rest.removeFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return nil }
                text.append(escaped)
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func skip(_ isSkipped: (UInt8) -> Bool) { rest = rest.drop(while: isSkipped) }

    private static let semicolon = UInt8(ascii: ";")
}
