/// Reads the query of an address into an array, as PHP's `parse_str` does.
///
/// `a[b][]=1` makes arrays in arrays; blanks and dots in a name become `_`; of equal names the last value counts. Pure,
/// and bounded as PHP's defaults are: 1,000 values, 64 levels.
package enum PHPQuery {
    private static let maxValues = 1000
    private static let maxLevels = 64

    /// The values of a query, without its `?`.
    package static func parse(_ query: String) -> PHPArray {
        var array = PHPArray()
        for part in query.utf8.split(separator: UInt8(ascii: "&")).prefix(maxValues) {
            let pair = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let path = path(decode(pair[0])) else { continue }
            put(.string(pair.count > 1 ? decode(pair[1]) : []), at: path, into: &array)
        }
        return array
    }

    /// Where a value goes; nil is the next free number, an empty path nowhere.
    private static func path(_ decoded: [UInt8]) -> ArraySlice<PHPArray.Key?>? {
        // PHP reads the name as a C string.
        let name = decoded.prefix { $0 != 0 }.drop { $0 == UInt8(ascii: " ") }
        let base = name.prefix { $0 != UInt8(ascii: "[") }
        guard !base.isEmpty else { return nil }
        var path: [PHPArray.Key?] = []
        var last: [UInt8]? = mangled(base)
        var rest = name[base.endIndex...]
        while rest.first == UInt8(ascii: "[") {
            guard path.count < maxLevels else { return nil }
            guard let close = closingBracket(rest.dropFirst()) else {
                // No index: the bracket becomes part of a plain name; behind an index the rest is passed over.
                if path.isEmpty { last = (last ?? []) + mangled(rest) }
                break
            }
            path.append(last.map { .init($0) })
            let index = rest[(rest.startIndex + 1)..<close]
            last = isBlank(index) ? nil : Array(index)
            rest = rest[(close + 1)...]
        }
        path.append(last.map { .init($0) })
        return path[...]
    }

    private static func closingBracket(_ rest: ArraySlice<UInt8>) -> Int? {
        rest.firstIndex(of: UInt8(ascii: "]"))
    }

    /// Whether an index is none: nothing, or one white space.
    private static func isBlank(_ index: ArraySlice<UInt8>) -> Bool {
        index.isEmpty || index.count == 1 && index.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
    }

    private static func mangled(_ name: ArraySlice<UInt8>) -> [UInt8] {
        name.map { " .[".utf8.contains($0) ? UInt8(ascii: "_") : $0 }
    }

    private static func put(_ value: PHPValue, at path: ArraySlice<PHPArray.Key?>, into array: inout PHPArray) {
        guard let first = path.first, let key = first ?? array.nextKey else { return }
        guard path.count > 1 else {
            array[key] = value
            return
        }
        var inner = PHPArray()
        if case .array(let known)? = array[key] { inner = known }
        array[key] = .null  // so that `inner` is the only one that holds its elements
        put(value, at: path.dropFirst(), into: &inner)
        array[key] = .array(inner)
    }

    private static func decode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(bytes)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = digit(bytes[index + 1]),
                let low = digit(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[index])
                index += 1
            }
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
