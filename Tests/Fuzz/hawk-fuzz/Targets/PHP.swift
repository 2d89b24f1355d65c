import GatewayKit

extension FuzzTarget {
    /// What `serialize()` wrote: what is read is written so that it is read as the same, in PHP's form and in JSON; what is
    /// merged, objects among it, can be merged again, and a merge with nothing changes no value.
    static let php = FuzzTarget(name: "php") { input in
        merge(input)
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

    private static func merge(_ input: [UInt8]) {
        guard !input.isEmpty, input != [UInt8(ascii: "0")] else { return }
        let nothing = PHPValue.array([:])
        let table = ClientTable<Int>()
        table.insert(1, connection: 1, serial: 1)
        table.setSession(of: 1, to: input)
        let value = try? PHPValue(serialized: input)
        guard (try? table.mergeSession(of: 1, with: nothing.serialized())) != nil else {
            if case .array? = value { promise(false, "an array that can be read cannot be merged") }
            return
        }
        let merged = table.session(of: 1)
        if let value {
            let same = try? PHPValue(serialized: merged)
            promise(same == value || hasNaN(value), "a merge with nothing changed a value")
        }
        // Every way a merge may go is good, as long as it goes on from there.
        try? table.mergeSession(of: 1, with: input)
        promise((try? table.mergeSession(of: 1, with: nothing.serialized())) != nil, "what was merged cannot be merged")
    }

    private static func hasNaN(_ value: PHPValue) -> Bool {
        switch value {
        case .double(let number): number.isNaN
        case .array(let array): array.values.contains(where: hasNaN)
        default: false
        }
    }
}
