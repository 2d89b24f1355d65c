/// The part of JSON schema that strict tools take.
///
/// See https://api-docs.deepseek.com/guides/tool_calls, "strict mode".
enum StrictSchema {
    private static let types: Set = ["object", "string", "number", "integer", "boolean", "array"]
    private static let refused = ["minLength", "maxLength", "minItems", "maxItems"]

    /// What is wrong with a schema, and where; nil when nothing is known to be.
    static func fault(in schema: JSONValue, at path: String) -> String? {
        guard case .object(let members) = schema else { return "\(path) is not a schema object" }
        if let name = refused.first(where: { members[$0] != nil }) {
            return "\(path) has \(name), which strict schemas do not take"
        }
        if let type = members["type"]?.string, !types.contains(type) {
            return "\(path) is of type \"\(type)\", which strict schemas do not take"
        }
        if members["type"] == "object", let fault = objectFault(members, path) { return fault }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            for (place, inner) in schemas(under: name, value) {
                if let fault = fault(in: inner, at: "\(path).\(name)\(place)") { return fault }
            }
        }
        return nil
    }

    private static func objectFault(_ members: [String: JSONValue], _ path: String) -> String? {
        guard members["additionalProperties"] == false else { return "\(path) lacks additionalProperties: false" }
        guard case .object(let properties)? = members["properties"] else { return nil }
        var required: [JSONValue] = []
        if case .array(let names)? = members["required"] { required = names }
        let missing = properties.keys.sorted().first { !required.contains(.string($0)) }
        return missing.map { "\(path) does not require \"\($0)\": every property must be required" }
    }

    /// The schemas inside a member of a schema, each with where it is.
    private static func schemas(under name: String, _ value: JSONValue) -> [(place: String, schema: JSONValue)] {
        switch (name, value) {
        case ("properties", .object(let inner)), ("$def", .object(let inner)), ("$defs", .object(let inner)):
            inner.sorted { $0.key < $1.key }.map { (".\($0.key)", $0.value) }
        case ("anyOf", .array(let inner)): inner.enumerated().map { ("[\($0)]", $1) }
        case ("items", .object): [("", value)]
        default: []
        }
    }
}
