/// The text of a JSON object, written field by field in the order given.
///
/// For what the chat pushes: names are ASCII literals of ours, values are escaped by RFC 8259.
package struct JSONObjectText: Sendable {
    private var body = "{"

    package init() {}

    /// The whole object.
    package var text: String { body + "}" }

    /// Adds a text field; nil is written as null.
    package mutating func add(_ name: StaticString, _ value: String?) {
        begin(name)
        if let value { Self.append(value, to: &body) } else { body += "null" }
    }

    /// Adds a number.
    package mutating func add(_ name: StaticString, _ value: some FixedWidthInteger) {
        begin(name)
        body += String(value)
    }

    /// Adds a truth value.
    package mutating func add(_ name: StaticString, _ value: Bool) {
        begin(name)
        body += value ? "true" : "false"
    }

    /// Adds an object; nil is written as null.
    package mutating func add(_ name: StaticString, _ value: JSONObjectText?) {
        begin(name)
        body += value?.text ?? "null"
    }

    private mutating func begin(_ name: StaticString) {
        body += body.utf8.count == 1 ? "\"" : ",\""
        body += "\(name)\":"
    }

    /// Appends `value` in quotes.
    private static func append(_ value: String, to body: inout String) {
        body += "\""
        if value.utf8.contains(where: mustEscape) {
            for scalar in value.unicodeScalars { append(scalar, to: &body) }
        } else {
            body += value
        }
        body += "\""
    }

    // RFC 8259 7: quotation mark, reverse solidus, and U+0000 to U+001F must be escaped.
    private static func mustEscape(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x22 || byte == 0x5C }

    private static func append(_ scalar: Unicode.Scalar, to body: inout String) {
        switch scalar {
        case "\"": body += "\\\""
        case "\\": body += "\\\\"
        case "\n": body += "\\n"
        case "\r": body += "\\r"
        case "\t": body += "\\t"
        case "\0"..<" ":
            let hex = String(scalar.value, radix: 16)
            body += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        default: body.unicodeScalars.append(scalar)
        }
    }
}
