import ServerCore

extension UpgradeRequest {
    /// The query's parts in order, as forms encode them: `a=1&b=x+y&c` is a: 1, b: x y, c: (empty).
    ///
    /// Names and values are percent-decoded; an escape that is none stays as it is, and what is not UTF-8 then is repaired.
    public var queryItems: [(name: String, value: String)] {
        query.split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decode(parts[0]), parts.count > 1 ? Self.decode(parts[1]) : "")
        }
    }

    /// The value of the first part of the query with this name.
    public func queryValue(_ name: String) -> String? { queryItems.first { $0.name == name }?.value }

    /// The cookies in order, as browsers send them (RFC 6265 4.2.1): values without the quotes that may be around them.
    ///
    /// A name may occur twice, the one of the longer path first. They are whatever the client sends: sign what matters.
    public var cookies: [(name: String, value: String)] {
        values(of: "Cookie").flatMap { $0.split(separator: ";") }.compactMap { pair in
            guard let equals = pair.firstIndex(of: "=") else { return nil }
            let name = Self.trim(pair[..<equals])
            var value = Self.trim(pair[pair.index(after: equals)...])
            if value.utf8.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            return name.isEmpty ? nil : (String(name), String(value))
        }
    }

    /// The value of the first cookie with this name.
    public func cookie(_ name: String) -> String? { cookies.first { $0.name == name }?.value }

    private static func trim(_ text: Substring) -> Substring {
        var rest = text.drop { $0 == " " || $0 == "\t" }
        while rest.last == " " || rest.last == "\t" { rest = rest.dropLast() }
        return rest
    }

    private static func decode(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(HTTPSyntax.hexValue),
                let low = rest.dropFirst().first.flatMap(HTTPSyntax.hexValue)
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
