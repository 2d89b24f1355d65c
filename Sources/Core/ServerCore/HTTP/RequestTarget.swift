/// The target of a request line, in the forms that a server accepts (RFC 9112 3.2).
struct RequestTarget {
    /// As it was sent.
    let text: String
    let path: String
    let query: String
    /// The authority of an absolute form.
    let authority: String?

    init(_ bytes: Span<UInt8>, method: String) throws(RequestViolation) {
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }) else {
            throw .bad("the request target has a forbidden character")
        }
        text = bytes.text
        if text == "*", method == "OPTIONS" {
            (path, query, authority) = ("*", "", nil)
            return
        }
        var start = 0
        if !bytes.isEmpty, bytes[0] == UInt8(ascii: "/") {
            authority = nil
        } else {
            let range = try Self.authority(of: bytes)
            authority = bytes.extracting(range).text
            start = range.upperBound
        }
        let question = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
        path = start == question ? "/" : try Self.decode(bytes.extracting(start..<question))
        query = question == bytes.count ? "" : bytes.extracting((question + 1)..<bytes.count).text
    }

    private static func authority(of bytes: Span<UInt8>) throws(RequestViolation) -> Range<Int> {
        for scheme in ["http://", "https://"] where bytes.count >= scheme.utf8.count {
            let start = scheme.utf8.count
            guard bytes.extracting(0..<start).matches(scheme) else { continue }
            let rest = bytes.extracting(start..<bytes.count)
            let count = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.count
            guard count > 0, HTTPSyntax.isAuthority(rest.extracting(0..<count)) else { break }
            return start..<(start + count)
        }
        throw .bad("the request target is neither a path nor an http address")
    }

    private static func decode(_ bytes: Span<UInt8>) throws(RequestViolation) -> String {
        // Most paths have neither an escape nor a dot: they are what they spell.
        if bytes.allSatisfy({ $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: ".") }) { return bytes.text }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%") else {
                decoded.append(bytes[index])
                index += 1
                continue
            }
            guard index + 2 < bytes.count, let high = HTTPSyntax.hexValue(bytes[index + 1]),
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
