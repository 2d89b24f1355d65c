/// The target of a request line, in the forms that a server accepts (RFC 9112 3.2).
struct RequestTarget {
    let path: String
    let query: String
    /// The authority of an absolute form.
    let authority: String?

    init(_ bytes: ArraySlice<UInt8>, method: String) throws(RequestViolation) {
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }) else {
            throw .bad("the request target has a forbidden character")
        }
        if bytes.elementsEqual("*".utf8), method == "OPTIONS" {
            (path, query, authority) = ("*", "", nil)
            return
        }
        var rest = bytes
        var authority: String?
        if rest.first != UInt8(ascii: "/") { authority = try Self.takeAuthority(&rest) }
        let question = rest.firstIndex(of: UInt8(ascii: "?"))
        let rawPath = rest[..<(question ?? rest.endIndex)]
        path = try Self.decode(rawPath.isEmpty ? [UInt8(ascii: "/")] : rawPath)
        query = question.map { String(decoding: rest[($0 + 1)...], as: UTF8.self) } ?? ""
        self.authority = authority
    }

    private static func takeAuthority(_ rest: inout ArraySlice<UInt8>) throws(RequestViolation) -> String {
        for scheme in ["http://", "https://"] where rest.count >= scheme.utf8.count {
            let start = rest.prefix(scheme.utf8.count)
            guard zip(start, scheme.utf8).allSatisfy({ HTTPSyntax.lower($0) == $1 }) else { continue }
            rest = rest.dropFirst(scheme.utf8.count)
            let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            guard !authority.isEmpty, HTTPSyntax.isAuthority(authority) else { break }
            rest = rest.dropFirst(authority.count)
            return String(decoding: authority, as: UTF8.self)
        }
        throw .bad("the request target is neither a path nor an http address")
    }

    private static func decode(_ bytes: ArraySlice<UInt8>) throws(RequestViolation) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard bytes[index] == UInt8(ascii: "%") else {
                decoded.append(bytes[index])
                index += 1
                continue
            }
            guard index + 2 < bytes.endIndex, let high = HTTPSyntax.hexValue(bytes[index + 1]),
                let low = HTTPSyntax.hexValue(bytes[index + 2])
            else { throw .bad("a percent sign in the path begins no escape") }
            let value = high << 4 | low
            if value == UInt8(ascii: "/") { decoded += Array("%2F".utf8) } else { decoded.append(value) }
            index += 3
        }
        guard let path = String(validating: decoded, as: UTF8.self) else { throw .bad("the path is not UTF-8") }
        guard decoded.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { throw .bad("the path has a control character") }
        guard !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            throw .bad("the path has a relative segment")
        }
        return path
    }
}
