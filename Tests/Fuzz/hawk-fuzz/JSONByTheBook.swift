/// Whether bytes are a JSON text as RFC 8259's grammar says it, read with one function for each of its rules.
///
/// Beyond the grammar: UTF-8, no lone surrogates, no numbers beyond a double's range.
func isJSONByTheBook(_ input: [UInt8]) -> Bool {
    guard String(validating: input, as: UTF8.self) != nil else { return false }
    var rest = input[...]
    blanks(&rest)
    guard value(&rest) else { return false }
    blanks(&rest)
    return rest.isEmpty
}

private func blanks(_ rest: inout ArraySlice<UInt8>) {
    rest = rest.drop { " \t\n\r".utf8.contains($0) }
}

private func take(_ text: String, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
}

private func value(_ rest: inout ArraySlice<UInt8>) -> Bool {
    switch rest.first {
    case UInt8(ascii: "{"): elements("{", "}", &rest) { string(&$0) && colon(&$0) && value(&$0) }
    case UInt8(ascii: "["): elements("[", "]", &rest, value)
    case UInt8(ascii: "\""): string(&rest)
    default: take("true", &rest) || take("false", &rest) || take("null", &rest) || number(&rest)
    }
}

/// Section 4 and 5.
private func elements(
    _ opening: String,
    _ closing: String,
    _ rest: inout ArraySlice<UInt8>,
    _ element: (inout ArraySlice<UInt8>) -> Bool
) -> Bool {
    guard take(opening, &rest) else { return false }
    blanks(&rest)
    if take(closing, &rest) { return true }
    repeat {
        blanks(&rest)
        guard element(&rest) else { return false }
        blanks(&rest)
    } while take(",", &rest)
    return take(closing, &rest)
}

private func colon(_ rest: inout ArraySlice<UInt8>) -> Bool {
    blanks(&rest)
    guard take(":", &rest) else { return false }
    blanks(&rest)
    return true
}

/// Section 6.
private func number(_ rest: inout ArraySlice<UInt8>) -> Bool {
    let start = rest
    _ = take("-", &rest)
    if !take("0", &rest) {
        guard digits(&rest) else { return false }
    }
    if take(".", &rest) {
        guard digits(&rest) else { return false }
    }
    if take("e", &rest) || take("E", &rest) {
        _ = take("+", &rest) || take("-", &rest)
        guard digits(&rest) else { return false }
    }
    let text = String(decoding: start[..<rest.startIndex], as: UTF8.self)
    return Double(text)?.isFinite ?? false
}

private func digits(_ rest: inout ArraySlice<UInt8>) -> Bool {
    let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
    rest = rest.dropFirst(count)
    return count > 0
}

/// Section 7.
private func string(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard take("\"", &rest) else { return false }
    while let byte = rest.first {
        if take("\"", &rest) { return true }
        if byte == UInt8(ascii: "\\") {
            guard escape(&rest) else { return false }
        } else {
            guard byte >= 0x20 else { return false }
            rest = rest.dropFirst()
        }
    }
    return false
}

private func escape(_ rest: inout ArraySlice<UInt8>) -> Bool {
    if take("\\u", &rest) {
        guard let unit = codeUnit(&rest) else { return false }
        switch unit {
        case 0xD800...0xDBFF:
            guard take("\\u", &rest), let low = codeUnit(&rest) else { return false }
            return (0xDC00...0xDFFF).contains(low)
        case 0xDC00...0xDFFF: return false
        default: return true
        }
    }
    return ["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"].contains { take($0, &rest) }
}

private func codeUnit(_ rest: inout ArraySlice<UInt8>) -> Int? {
    let text = rest.prefix(4)
    guard text.count == 4, text.allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }) else { return nil }
    rest = rest.dropFirst(4)
    return Int(String(decoding: text, as: UTF8.self), radix: 16)
}
