import PlatformCore

/// A name for a file made of any text, such that no system takes it for anything but a name.
package struct FileName {
    /// The name, without a suffix: never empty.
    package let text: String

    /// What a title leaves over: letters, digits and what is harmless among signs, at most 80 characters.
    package init(_ title: String) {
        let harmless = title.unicodeScalars.map { scalar -> Character in
            switch scalar.properties.generalCategory {
            // Among the format characters are those that turn text around, so that evil.exe may look like exe.live.
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: " "
            default: "\\/:*?\"<>|%;".unicodeScalars.contains(scalar) ? " " : Character(scalar)
            }
        }
        let words = String(harmless).split(separator: " ").joined(separator: " ")
        let trimmed = String(words.drop { $0 == "." || $0 == "-" || $0 == "~" || $0 == " " }.prefix(80))
        let name = String(trimmed.reversed().drop { $0 == "." || $0 == " " }.reversed())
        let isDevice = Self.devices.contains(name.prefix { $0 != "." }.lowercased())
        text = name.isEmpty || isDevice ? "conversation" : name
    }

    /// The header field that has a browser keep an answer under this name (RFC 6266 4, RFC 8187 3.2).
    package func disposition(_ suffix: String) -> String {
        let name = text + suffix
        let plain = String(name.unicodeScalars.map { $0.isASCII ? Character($0) : "_" })
        let encoded = name.utf8.map { Self.isAttributeCharacter($0) ? String(UnicodeScalar($0)) : Self.escape($0) }
            .joined()
        return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(encoded)"
    }

    /// Names that are devices to Windows, whatever suffix they have.
    private static let devices = Set(["con", "prn", "aux", "nul"] + (0...9).flatMap { ["com\($0)", "lpt\($0)"] })

    // RFC 8187 3.2.1: attr-char, of which only those are left as they are that no reader trips over.
    private static func isAttributeCharacter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }

    private static func escape(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 2 ? "%\(digits)" : "%0\(digits)"
    }
}
