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
}
