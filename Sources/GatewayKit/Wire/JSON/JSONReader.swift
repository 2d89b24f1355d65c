/// A reader of JSON (RFC 8259) that keeps the order of keys, giving what PHP's `json_decode` gives for associative arrays.
///
/// The inner protocol depends on that order: answers name what was asked for in the order in which it was asked. As in
/// PHP the keys "7" and 7 are the same, of equal keys the last value counts, and an empty object equals an empty list.
/// Pure; invalid UTF-8, lone surrogates and anything behind the value are refused.
package struct JSONReader {
    private let bytes: [UInt8]
    private let limits: PHPValue.Limits
    private var offset = 0
    private var count = 0

    /// Reads one value.
    ///
    /// - Parameters:
    ///   - bytes: the whole text.
    ///   - limits: how deep and how many; the default depth is far above what the protocol needs.
    /// - Returns: the value, its arrays in the order of the text.
    /// - Throws: what is wrong with the text.
    package static func read(
        _ bytes: [UInt8],
        limits: PHPValue.Limits = .init(depth: 32)
    ) throws(PHPValue.Malformed) -> PHPValue {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .syntax }
        var reader = JSONReader(bytes: bytes, limits: limits)
        let value = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.offset == bytes.count else { throw .trailingBytes }
        return value
    }

    private init(bytes: [UInt8], limits: PHPValue.Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    private mutating func value(depth: Int) throws(PHPValue.Malformed) -> PHPValue {
        count += 1
        guard depth <= limits.depth, count <= limits.values else { throw .limit }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return .array(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try list(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(PHPValue.Malformed) -> PHPArray {
        var array = PHPArray()
        offset += 1
        skipBlanks()
        if take("}") { return array }
        repeat {
            skipBlanks()
            let key = PHPArray.Key(try string())
            skipBlanks()
            guard take(":") else { throw .syntax }
            array[key] = try value(depth: depth + 1)
            skipBlanks()
        } while take(",")
        guard take("}") else { throw .syntax }
        return array
    }

    private mutating func list(depth: Int) throws(PHPValue.Malformed) -> PHPArray {
        var values: [PHPValue] = []
        offset += 1
        skipBlanks()
        if take("]") { return PHPArray() }
        repeat {
            values.append(try value(depth: depth + 1))
            skipBlanks()
        } while take(",")
        guard take("]") else { throw .syntax }
        return PHPArray(list: values)
    }

    private mutating func word(_ word: StaticString, _ value: PHPValue) throws(PHPValue.Malformed) -> PHPValue {
        let rest = bytes[offset...].prefix(word.utf8CodeUnitCount)
        guard word.withUTF8Buffer({ rest.elementsEqual($0) }) else { throw .syntax }
        offset += word.utf8CodeUnitCount
        return value
    }

    /// RFC 8259 6: a whole number becomes an int where it fits into 64 bits, everything else a float.
    private mutating func number() throws(PHPValue.Malformed) -> PHPValue {
        let start = offset
        var isWhole = true
        _ = take("-")
        if !take("0") {
            guard skipDigits() > 0 else { throw .syntax }
        }
        if take(".") {
            isWhole = false
            guard skipDigits() > 0 else { throw .syntax }
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("+") { _ = take("-") }
            guard skipDigits() > 0 else { throw .syntax }
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isWhole, text != "-0", let whole = Int64(text) { return .int(whole) }
        guard let double = Double(text), double.isFinite else { throw .syntax }
        return .double(double)
    }

    private mutating func string() throws(PHPValue.Malformed) -> [UInt8] {
        guard take("\"") else { throw .syntax }
        var output: [UInt8] = []
        while true {
            let start = offset
            while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { offset += 1 }
            output += bytes[start..<offset]
            if take("\"") { return output }
            guard take("\\") else { throw .syntax }
            try escape(into: &output)
        }
    }

    /// RFC 8259 7.
    private mutating func escape(into output: inout [UInt8]) throws(PHPValue.Malformed) {
        guard let letter = next else { throw .syntax }
        offset += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(letter)
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "u"): output += String(try scalar()).utf8
        default: throw .syntax
        }
    }

    private mutating func scalar() throws(PHPValue.Malformed) -> Character {
        let first = try hexadecimal()
        guard UTF16.isLeadSurrogate(first) else {
            guard let scalar = Unicode.Scalar(first) else { throw .syntax }
            return Character(scalar)
        }
        guard take("\\"), take("u") else { throw .syntax }
        let second = try hexadecimal()
        guard UTF16.isTrailSurrogate(second) else { throw .syntax }
        let code = 0x10000 + UInt32(first & 0x3FF) << 10 + UInt32(second & 0x3FF)
        guard let scalar = Unicode.Scalar(code) else { throw .syntax }
        return Character(scalar)
    }

    private mutating func hexadecimal() throws(PHPValue.Malformed) -> UInt16 {
        let digits = bytes[offset...].prefix(4)
        var number: UInt16 = 0
        for digit in digits {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { throw .syntax }
            number = number << 4 | UInt16(value)
        }
        guard digits.count == 4 else { throw .syntax }
        offset += 4
        return number
    }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func skipDigits() -> Int {
        let start = offset
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
        return offset - start
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { offset += 1 }
    }
}
