extension PHPValue {
    /// The bytes that PHP's `serialize()` gives for this value.
    public func serialized() -> [UInt8] {
        var output: [UInt8] = []
        serialize(into: &output)
        return output
    }

    private func serialize(into output: inout [UInt8]) {
        switch self {
        case .null: output += "N;".utf8
        case .bool(let value): output += value ? "b:1;".utf8 : "b:0;".utf8
        case .int(let number): output += "i:\(number);".utf8
        case .double(let number): output += "d:\(PHPFloat.text(number, exponent: "E"));".utf8
        case .string(let bytes):
            output += "s:\(bytes.count):\"".utf8
            output += bytes
            output += "\";".utf8
        case .array(let array):
            output += "a:\(array.count):{".utf8
            for element in array.elements {
                element.key.value.serialize(into: &output)
                element.value.serialize(into: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }
}
