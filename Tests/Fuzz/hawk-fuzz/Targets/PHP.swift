import GatewayKit

extension FuzzTarget {
    /// What `serialize()` wrote: what is read is written so that it is read as the same, in PHP's form and in JSON.
    static let php = FuzzTarget(name: "php") { input in
        guard let value = try? PHPValue(serialized: input) else { return }
        let serialized = value.serialized()
        guard let again = try? PHPValue(serialized: serialized) else {
            return promise(false, "what was written cannot be read: \(serialized)")
        }
        promise(again.serialized() == serialized, "the second writing differs from the first")
        promise(again == value || hasNaN(value), "the second value differs from the first")

        guard let json = JSONWriter.write(value) else { return }
        guard let read = try? JSONReader.read(json, limits: .init(depth: 64)) else {
            return promise(false, "the JSON that was written cannot be read: \(String(decoding: json, as: UTF8.self))")
        }
        promise(JSONWriter.write(read) == json, "the second JSON differs from the first")
    }

    private static func hasNaN(_ value: PHPValue) -> Bool {
        switch value {
        case .double(let number): number.isNaN
        case .array(let array): array.values.contains(where: hasNaN)
        default: false
        }
    }
}
