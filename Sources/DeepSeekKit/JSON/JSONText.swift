#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// JSON as the bytes of a body.
enum JSONText {
    /// The JSON of a value, its keys sorted so that equal requests are equal bytes.
    static func write(_ value: some Encodable) throws(DeepSeekError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            // The one thing JSON cannot say is a number that is none.
            throw DeepSeekError(.invalidRequest, "the request cannot be written as JSON: a number is not finite")
        }
    }

    /// Reads one JSON document; nil when it is none, or not of this shape.
    static func read<Value: Decodable>(_ bytes: some Collection<UInt8>) -> Value? {
        try? JSONDecoder().decode(Value.self, from: Data(bytes))
    }

    /// The value of a JSON text; throws what `fault` reads.
    static func decode<Value: Decodable>(_ text: some StringProtocol) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    /// What does not fit, and where, in a few words: "items[0].price is missing".
    static func fault(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .keyNotFound(let key, let context): return "\(path(context.codingPath + [key])) is missing"
        case .valueNotFound(_, let context): return "\(path(context.codingPath)) is null"
        case .typeMismatch(let type, let context): return "\(path(context.codingPath)) is no \(type)"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: return "it is not JSON"
        case .dataCorrupted(let context): return "\(path(context.codingPath)): \(context.debugDescription)"
        @unknown default: return "\(error)"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        let path = keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue
            }
        }
        return path.isEmpty ? "the whole" : path
    }
}
