/// JSON as PHP's `json_encode` writes it with unescaped Unicode: lists as lists, `/` as `\/`, `1.0` as `1`.
package enum JSONWriter {
    /// The text of a value; nil if a string in it is not UTF-8 or a number is infinite or no number, as in PHP.
    package static func write(_ value: PHPValue) -> [UInt8]? {
        var output: [UInt8] = []
        return append(value, to: &output) ? output : nil
    }

    private static func append(_ value: PHPValue, to output: inout [UInt8]) -> Bool {
        switch value {
        case .null: output += "null".utf8
        case .bool(let value): output += value ? "true".utf8 : "false".utf8
        case .int(let number): output += String(number).utf8
        case .double(let number):
            guard number.isFinite else { return false }
            output += PHPFloat.text(number, exponent: "e").utf8
        case .string(let bytes): return append(string: bytes, to: &output)
        case .array(let array): return append(array, to: &output)
        }
        return true
    }

    private static func append(_ array: PHPArray, to output: inout [UInt8]) -> Bool {
        let isList = array.isList
        output.append(UInt8(ascii: isList ? "[" : "{"))
        for (index, element) in array.elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            if !isList {
                guard append(string: element.key.name, to: &output) else { return false }
                output.append(UInt8(ascii: ":"))
            }
            guard append(element.value, to: &output) else { return false }
        }
        output.append(UInt8(ascii: isList ? "]" : "}"))
        return true
    }

    private static func append(string bytes: [UInt8], to output: inout [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        output.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\", "/": output += "\\\(scalar)".utf8
            case "\u{8}": output += "\\b".utf8
            case "\u{C}": output += "\\f".utf8
            case "\n": output += "\\n".utf8
            case "\r": output += "\\r".utf8
            case "\t": output += "\\t".utf8
            case "\u{0}"..<" ", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                output += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
            default: output += String(scalar).utf8
            }
        }
        output.append(UInt8(ascii: "\""))
        return true
    }
}
