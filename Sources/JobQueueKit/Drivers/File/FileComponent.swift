/// Makes any text of at most 180 bytes the name of one file: different texts become different names, none leads elsewhere.
enum FileComponent {
    /// Readable where that fits: letters, digits, `_` and `-` stay, other bytes become `%XX`; else base64url after a `~`.
    static func name(for text: String) -> String {
        var name = ""
        for byte in text.utf8 {
            if isPlain(byte) {
                name.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                name += "%" + digit(byte >> 4) + digit(byte & 15)
            }
        }
        return name.utf8.count <= 200 ? name : "~" + base64URL(Array(text.utf8))
    }

    /// The text that became a name.
    static func text(of name: String) -> String {
        let bytes = name.hasPrefix("~") ? base64URLBytes(name.dropFirst().utf8) : plainBytes(Substring(name).utf8)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func plainBytes(_ name: Substring.UTF8View) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = name
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? UInt8(ascii: "?"))
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    private static func base64URLBytes(_ name: Substring.UTF8View) -> [UInt8] {
        var bytes: [UInt8] = []
        var bits = 0
        var count = 0
        for byte in name {
            let value = alphabet.firstIndex(of: Character(Unicode.Scalar(byte))) ?? 0
            bits = (bits << 6 | value) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return bytes
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func digit(_ value: UInt8) -> String { String(value, radix: 16, uppercase: true) }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

    private static func base64URL(_ bytes: [UInt8]) -> String {
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0...group.count { text.append(alphabet[bits >> (18 - 6 * index) & 63]) }
        }
        return text
    }
}
