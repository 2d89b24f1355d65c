/// Looking at values without building them.
extension SerializedReader {
    /// Finds the pairs of a serialized array.
    ///
    /// - Parameters:
    ///   - bytes: what the array is in.
    ///   - range: where it is.
    /// - Returns: each key, and where its value is.
    /// - Throws: what is wrong with it; `syntax` if it is no array.
    static func pairs(
        of bytes: [UInt8],
        in range: Range<Int>
    ) throws(PHPValue.Malformed) -> [(key: PHPArray.Key, value: Range<Int>)] {
        var reader = SerializedReader(bytes: bytes, limits: .init(), at: range.lowerBound)
        guard try reader.take() == UInt8(ascii: "a") else { throw .syntax }
        var pairs: [(key: PHPArray.Key, value: Range<Int>)] = []
        for _ in 0..<(try reader.begin()) {
            guard pairs.count < reader.limits.values else { throw .limit }
            let key = try reader.key()
            let start = reader.offset
            try reader.skip()
            pairs.append((key, start..<reader.offset))
        }
        try reader.expect("}")
        guard reader.offset == range.upperBound else { throw .trailingBytes }
        return pairs
    }

    /// Passes over one value of any depth, objects and enums among them, but no reference.
    private mutating func skip() throws(PHPValue.Malformed) {
        // How many pairs are left of each array or object that has begun.
        var open: [Int] = []
        repeat {
            if let left = open.last {
                guard left > 0 else {
                    try expect("}")
                    open.removeLast()
                    continue
                }
                open[open.count - 1] = left - 1
                _ = try key()
            }
            switch try take() {
            case UInt8(ascii: "N"): try expect(";")
            case UInt8(ascii: "b"): _ = try boolean()
            case UInt8(ascii: "i"):
                try expect(":")
                _ = try number(until: ";")
            case UInt8(ascii: "d"): _ = try double()
            case UInt8(ascii: "s"): _ = try string()
            case UInt8(ascii: "a"): open.append(try begin())
            case UInt8(ascii: "O"):
                try skipName()
                open.append(try begin())
            case UInt8(ascii: "E"):
                try skipName()
                try expect(";")
            case UInt8(ascii: "C"):
                try skipName()
                let length = try begin()
                offset += length
                try expect("}")
            case UInt8(ascii: "R"), UInt8(ascii: "r"), UInt8(ascii: "S"): throw .refusedType
            default: throw .syntax
            }
        } while !open.isEmpty
    }

    /// Passes over the name of a class or an enum's case: `:8:"stdClass"`.
    private mutating func skipName() throws(PHPValue.Malformed) {
        try expect(":")
        _ = try quoted()
    }

    /// Reads what stands before so many pairs or bytes: `:2:{`.
    private mutating func begin() throws(PHPValue.Malformed) -> Int {
        try expect(":")
        let length = try length()
        try expect("{")
        return length
    }
}
