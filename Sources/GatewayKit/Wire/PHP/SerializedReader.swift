/// Reads one value after another from serialized bytes.
struct SerializedReader {
    private let bytes: [UInt8]
    let limits: PHPValue.Limits
    var offset: Int
    private var count = 0

    init(bytes: [UInt8], limits: PHPValue.Limits, at offset: Int = 0) {
        self.bytes = bytes
        self.limits = limits
        self.offset = offset
    }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func value(depth: Int) throws(PHPValue.Malformed) -> PHPValue {
        count += 1
        guard depth <= limits.depth, count <= limits.values else { throw .limit }
        switch try take() {
        case UInt8(ascii: "N"):
            try expect(";")
            return .null
        case UInt8(ascii: "b"): return .bool(try boolean())
        case UInt8(ascii: "i"):
            try expect(":")
            return .int(try number(until: ";"))
        case UInt8(ascii: "d"): return .double(try double())
        case UInt8(ascii: "s"): return .string(try string())
        case UInt8(ascii: "a"): return .array(try array(depth: depth))
        case UInt8(ascii: "O"), UInt8(ascii: "C"), UInt8(ascii: "E"), UInt8(ascii: "R"), UInt8(ascii: "r"),
            UInt8(ascii: "S"):
            throw .refusedType
        default: throw .syntax
        }
    }

    mutating func boolean() throws(PHPValue.Malformed) -> Bool {
        try expect(":")
        let digit = try take()
        guard digit == UInt8(ascii: "0") || digit == UInt8(ascii: "1") else { throw .syntax }
        try expect(";")
        return digit == UInt8(ascii: "1")
    }

    mutating func double() throws(PHPValue.Malformed) -> Double {
        try expect(":")
        let text = try text(until: ";", atMost: 512)
        switch text {
        case "INF": return .infinity
        case "-INF": return -.infinity
        case "NAN": return .nan
        default:
            // Swift reads hexadecimal and words too: only what PHP writes may reach it.
            guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Double(text) else {
                throw .syntax
            }
            return number
        }
    }

    mutating func string() throws(PHPValue.Malformed) -> [UInt8] {
        try expect(":")
        let content = try quoted()
        try expect(";")
        return Array(content)
    }

    /// Reads a string without what is around it: `3:"abc"`.
    mutating func quoted() throws(PHPValue.Malformed) -> ArraySlice<UInt8> {
        let length = try length()
        try expect("\"")
        guard length <= bytes.count - offset else { throw .syntax }
        let content = bytes[offset..<offset + length]
        offset += length
        try expect("\"")
        return content
    }

    private mutating func array(depth: Int) throws(PHPValue.Malformed) -> PHPArray {
        try expect(":")
        let length = try length()
        try expect("{")
        var array = PHPArray()
        for _ in 0..<length {
            let key = try key()
            array[key] = try value(depth: depth + 1)
        }
        try expect("}")
        return array
    }

    mutating func key() throws(PHPValue.Malformed) -> PHPArray.Key {
        switch try take() {
        case UInt8(ascii: "i"):
            try expect(":")
            return .int(try number(until: ";"))
        case UInt8(ascii: "s"): return .init(try string())
        default: throw .syntax
        }
    }

    /// A count of bytes or pairs; each needs at least a byte, so it is never more than what is left.
    mutating func length() throws(PHPValue.Malformed) -> Int {
        let length = try number(until: ":")
        guard length >= 0, length <= bytes.count - offset else { throw .syntax }
        return Int(length)
    }

    mutating func number(until end: Unicode.Scalar) throws(PHPValue.Malformed) -> Int64 {
        guard let number = Int64(try text(until: end, atMost: 20)) else { throw .syntax }
        return number
    }

    private mutating func text(until end: Unicode.Scalar, atMost limit: Int) throws(PHPValue.Malformed) -> String {
        let rest = bytes[offset..<min(bytes.count, offset + limit + 1)]
        guard let stop = rest.firstIndex(of: UInt8(ascii: end)) else { throw .syntax }
        defer { offset = stop + 1 }
        return String(decoding: bytes[offset..<stop], as: UTF8.self)
    }

    mutating func take() throws(PHPValue.Malformed) -> UInt8 {
        guard offset < bytes.count else { throw .syntax }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func expect(_ character: Unicode.Scalar) throws(PHPValue.Malformed) {
        guard try take() == UInt8(ascii: character) else { throw .syntax }
    }
}
