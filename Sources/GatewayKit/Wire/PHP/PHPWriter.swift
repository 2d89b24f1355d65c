/// Writes what PHP's `serialize()` writes, piece by piece: an array's head, then as many keys and values as it says.
package struct PHPWriter {
    /// What has been written.
    package private(set) var bytes: [UInt8]

    /// - Parameter head: what stands before.
    package init(head: [UInt8] = []) { bytes = head }

    /// Null.
    package mutating func null() { bytes += "N;".utf8 }

    /// True or false.
    package mutating func bool(_ value: Bool) { bytes += value ? "b:1;".utf8 : "b:0;".utf8 }

    /// A whole number.
    package mutating func int(_ number: some FixedWidthInteger) {
        bytes += "i:".utf8
        digits(number)
        bytes.append(UInt8(ascii: ";"))
    }

    /// A floating-point number.
    package mutating func double(_ number: Double) { bytes += "d:\(PHPFloat.text(number, exponent: "E"));".utf8 }

    /// A string of bytes.
    package mutating func string(_ value: some Collection<UInt8>) {
        bytes += "s:".utf8
        digits(value.count)
        bytes += ":\"".utf8
        bytes += value
        bytes += "\";".utf8
    }

    /// A key: a whole number or a string.
    package mutating func key(_ key: PHPArray.Key) {
        switch key {
        case .int(let number): int(number)
        case .string(let name): string(name)
        }
    }

    /// The head of an array; its pairs follow, then `endArray`.
    package mutating func array(count: Int) {
        bytes += "a:".utf8
        digits(count)
        bytes += ":{".utf8
    }

    /// The end of an array.
    package mutating func endArray() { bytes.append(UInt8(ascii: "}")) }

    /// A value that is serialized already.
    mutating func raw(_ value: ArraySlice<UInt8>) { bytes += value }

    /// Any value.
    package mutating func value(_ value: PHPValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .int(let number): int(number)
        case .double(let number): double(number)
        case .string(let bytes): string(bytes)
        case .array(let pairs):
            array(count: pairs.count)
            for pair in pairs.elements {
                key(pair.key)
                self.value(pair.value)
            }
            endArray()
        }
    }

    /// Puts a number, most significant byte first, over the first four bytes.
    package mutating func setHead(_ number: UInt32) {
        for offset in 0..<4 { bytes[offset] = UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32(offset))) }
    }

    private mutating func digits(_ number: some FixedWidthInteger) { bytes += String(number).utf8 }
}
