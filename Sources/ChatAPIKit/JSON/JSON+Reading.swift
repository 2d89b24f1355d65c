import FoundationEssentials

/// Why bytes are not taken as JSON.
package enum JSONRefusal: Error, Sendable, Equatable {
    /// More bytes than the limit.
    case tooLarge
    /// Arrays and objects within one another beyond the limit.
    case tooDeep
    /// Not JSON text in UTF-8 (RFC 8259).
    case malformed
}

extension JSON {
    /// How deep arrays and objects may lie within one another.
    package static let maximumDepth = 32

    /// Reads JSON text.
    ///
    /// Size, encoding and depth are looked at before anything is decoded, so that a hostile text costs one pass over its
    /// bytes. Of a name that is given twice one value is taken.
    /// - Parameters:
    ///   - bytes: the text, in UTF-8.
    ///   - maximumBytes: the longest text taken.
    /// - Throws: why the text is not taken.
    package init(parsing bytes: [UInt8], maximumBytes: Int) throws(JSONRefusal) {
        guard bytes.count <= maximumBytes else { throw .tooLarge }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .malformed }
        try Self.checkStructure(bytes)
        guard let value = try? JSONDecoder().decode(Decoded.self, from: Data(bytes)) else { throw .malformed }
        self = value.json
    }

    /// One pass for what the decoder lets through or meets too late: depth, a comma before a closing bracket, control
    /// characters (a NUL would make it guess another encoding).
    private static func checkStructure(_ bytes: [UInt8]) throws(JSONRefusal) {
        var depth = 0
        var inString = false
        var escaped = false
        var last: UInt8 = 0
        for byte in bytes {
            if inString {
                guard byte >= 0x20 else { throw .malformed }
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: continue
            case 0..<0x20: throw .malformed
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                guard depth <= maximumDepth else { throw .tooDeep }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                guard depth >= 0, last != UInt8(ascii: ",") else { throw .malformed }
            default: break
            }
            last = byte
        }
        guard depth == 0, !inString else { throw .malformed }
    }
}

/// Any JSON value, out of Foundation's decoder.
private struct Decoded: Decodable {
    let json: JSON

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: AnyKey.self) {
            json = .object(
                try container.allKeys.sorted { $0.stringValue < $1.stringValue }.map {
                    JSON.Member(name: $0.stringValue, value: try container.decode(Self.self, forKey: $0).json)
                }
            )
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [JSON] = []
            while !container.isAtEnd { elements.append(try container.decode(Self.self).json) }
            json = .array(elements)
        } else {
            json = try Self.scalar(decoder.singleValueContainer())
        }
    }

    private static func scalar(_ container: any SingleValueDecodingContainer) throws -> JSON {
        if container.decodeNil() { return .null }
        if let text = try? container.decode(String.self) { return .string(text) }
        if let value = try? container.decode(Bool.self) { return .bool(value) }
        if let value = try? container.decode(Int64.self) { return .integer(value) }
        return .number(try container.decode(Double.self))
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }
}
