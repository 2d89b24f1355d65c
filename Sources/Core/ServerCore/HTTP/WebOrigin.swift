/// The origin of a web page, as browsers write it in the Origin field (RFC 6454 7).
package enum WebOrigin {
    /// Whether a text is `scheme://host` or `scheme://host:port`, or `null`: what a browser could ever send.
    package static func isOne(_ text: String) -> Bool {
        if text == "null" { return true }
        let utf8 = text.utf8
        let bytes = utf8.span
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0, bytes.count > colon + 3,
            bytes[colon + 1] == UInt8(ascii: "/"), bytes[colon + 2] == UInt8(ascii: "/")
        else { return false }
        return bytes.extracting(0..<colon).allSatisfy { HTTPSyntax.isAlphanumeric($0) || "+-.".utf8.contains($0) }
            && HTTPSyntax.isAuthority(bytes.extracting((colon + 3)..<bytes.count))
    }
}
