/// A coding key of any name, for objects whose names are not all known.
struct AnyName: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init(stringLiteral value: String) { stringValue = value }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<AnyName> {
    /// The value of that name; nil when it is missing or null.
    func value<Value: Decodable>(_ name: AnyName) throws -> Value? {
        try decodeIfPresent(Value.self, forKey: name)
    }

    /// The values under all other names, those that are null left out.
    func others(than known: Set<String>) -> [String: JSONValue] {
        var others: [String: JSONValue] = [:]
        for name in allKeys where !known.contains(name.stringValue) {
            if let value = try? decode(JSONValue.self, forKey: name), value != .null {
                others[name.stringValue] = value
            }
        }
        return others
    }
}
