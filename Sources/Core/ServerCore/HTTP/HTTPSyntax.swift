/// The character classes of RFC 9110 and 3986 that parser and writer share.
package enum HTTPSyntax {
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")

    /// RFC 9110 5.6.2: what methods and field names are made of.
    package static func isToken(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    package static func isToken(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { isToken($0) }
    }

    /// RFC 9110 5.5: visible ASCII, obs-text, space and tab; no CR, LF, NUL or other control.
    package static func isFieldValue(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.allSatisfy { ($0 >= 0x20 && $0 != 0x7f) || $0 == tab }
    }

    /// RFC 9110 5.6.3: optional white space.
    package static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x7a).contains(lower(byte))
    }

    static func lower(_ byte: UInt8) -> UInt8 {
        (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch lower(byte) {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: lower(byte) - 0x61 + 10
        default: nil
        }
    }

    /// The number that digits alone spell; nil for anything else, and for more than 18 digits.
    static func number(_ bytes: some Collection<UInt8>) -> Int? {
        guard (1...18).contains(bytes.count) else { return nil }
        var value = 0
        for byte in bytes {
            guard isDigit(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    /// Whether a text is `host` or `host:port` as RFC 3986 3.2.2 has it, without user information.
    static func isAuthority(_ text: some Collection<UInt8>) -> Bool {
        var host = Array(text)
        if let colon = host.lastIndex(of: UInt8(ascii: ":")), !host[colon...].contains(UInt8(ascii: "]")) {
            let port = host[(colon + 1)...]
            guard port.isEmpty || number(port).map({ $0 <= 65535 }) == true else { return false }
            host.removeSubrange(colon...)
        }
        if host.first == UInt8(ascii: "[") {
            guard host.count > 2, host.last == UInt8(ascii: "]") else { return false }
            return host[1..<(host.count - 1)].allSatisfy { hexValue($0) != nil || ":.".utf8.contains($0) }
        }
        return host.allSatisfy { isAlphanumeric($0) || "-._~!$&'()*+,;=%".utf8.contains($0) }
    }
}
