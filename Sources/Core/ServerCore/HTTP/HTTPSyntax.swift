/// The character classes of RFC 9110 and 3986 that parser and writer share.
package enum HTTPSyntax {
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")

    /// RFC 9110 5.6.2: what methods and field names are made of.
    package static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e...0x60, 0x7c, 0x7e: true  // !#$%&'*+-.^_`|~
        default: isAlphanumeric(byte)
        }
    }

    package static func isToken(_ bytes: Span<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { isToken($0) }
    }

    /// RFC 9110 5.5: visible ASCII, obs-text, space and tab; no CR, LF, NUL or other control.
    package static func isFieldValue(_ bytes: Span<UInt8>) -> Bool {
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

    package static func hexValue(_ byte: UInt8) -> UInt8? {
        switch lower(byte) {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: lower(byte) - 0x61 + 10
        default: nil
        }
    }

    /// The number that digits alone spell; nil for anything else, and for more than 18 digits.
    static func number(_ bytes: Span<UInt8>) -> Int? {
        guard (1...18).contains(bytes.count), bytes.allSatisfy(isDigit) else { return nil }
        var value = 0
        for index in bytes.indices { value = value * 10 + Int(bytes[index] - 0x30) }
        return value
    }

    /// Whether a text is `host` or `host:port` as RFC 3986 3.2.2 has it, without user information.
    static func isAuthority(_ text: Span<UInt8>) -> Bool {
        let isLiteral = !text.isEmpty && text[0] == UInt8(ascii: "[")
        let end = text.firstIndex(of: isLiteral ? UInt8(ascii: "]") : UInt8(ascii: ":")) ?? text.count
        guard isLiteral else { return isName(text.extracting(0..<end)) && isPort(text.extracting(end..<text.count)) }
        guard end > 1, end < text.count, isPort(text.extracting((end + 1)..<text.count)) else { return false }
        return text.extracting(1..<end).allSatisfy {
            hexValue($0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
        }
    }

    private static func isName(_ bytes: Span<UInt8>) -> Bool {
        bytes.allSatisfy { byte in
            switch byte {
            case 0x21, 0x24...0x2e, 0x3b, 0x3d, 0x5f, 0x7e: true  // !$%&'()*+,-.;=_~
            default: isAlphanumeric(byte)
            }
        }
    }

    /// Nothing, or a colon with or without a number behind it.
    private static func isPort(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count > 1 else { return bytes.isEmpty || bytes[0] == UInt8(ascii: ":") }
        guard bytes[0] == UInt8(ascii: ":"), let port = number(bytes.extracting(1..<bytes.count)) else { return false }
        return port <= 65535
    }
}
