/// How uids, groups and clients are named in packets: as keys of PHP's arrays, so that 7 and "7" are the same.
package enum InnerNames {
    /// The name that extra data is.
    package static func name(_ extra: UnsafeRawBufferPointer) -> String { String(decoding: extra, as: UTF8.self) }

    /// The name that a value is as the key of a PHP array; nil for what cannot be one.
    package static func name(_ value: PHPValue) -> String? {
        switch value.key {
        case .int(let number)?: String(number)
        case .string(let bytes)?: String(decoding: bytes, as: UTF8.self)
        case nil: nil
        }
    }

    /// The connection that a value names; nil for what can be none.
    package static func connection(_ value: PHPValue) -> UInt32? {
        guard case .int(let number)? = value.key else { return nil }
        return UInt32(exactly: number)
    }

    /// The clients that are the keys of an array; PHP's `isset` passes over those whose value is null.
    package static func excluded(_ value: PHPValue?) -> Set<UInt32> {
        guard case .array(let array)? = value else { return [] }
        return Set(array.elements.lazy.filter { $0.value != .null }.compactMap { connection($0.key.value) })
    }

    /// The names in a JSON list or map; nil if it is neither.
    package static func list(_ json: UnsafeRawBufferPointer) -> [String]? {
        if let names = plainList(json) { return names }
        guard case .array(let names)? = try? JSONReader.read(Array(json)) else { return nil }
        return names.values.compactMap(name)
    }

    /// The list as PHP's client writes it most often, `["u1",10086]`, read in one pass; nil for everything else.
    private static func plainList(_ json: UnsafeRawBufferPointer) -> [String]? {
        guard json.count > 2, json.first == UInt8(ascii: "["), json.last == UInt8(ascii: "]") else { return nil }
        var rest = json[1..<json.count - 1]
        var names: [String] = []
        while true {
            guard let name = rest.first == UInt8(ascii: "\"") ? plainString(&rest) : plainNumber(&rest) else {
                return nil
            }
            names.append(name)
            guard let comma = rest.popFirst() else { return names }
            guard comma == UInt8(ascii: ",") else { return nil }
        }
    }

    private static func plainString(_ rest: inout Slice<UnsafeRawBufferPointer>) -> String? {
        rest.removeFirst()
        guard let end = rest.firstIndex(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }),
            rest[end] == UInt8(ascii: "\"")
        else { return nil }
        defer { rest = rest[(end + 1)...] }
        return String(validating: rest[..<end], as: UTF8.self)
    }

    private static func plainNumber(_ rest: inout Slice<UnsafeRawBufferPointer>) -> String? {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard (1...18).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else {
            return nil
        }
        rest = rest[digits.endIndex...]
        return String(decoding: digits, as: UTF8.self)
    }
}
