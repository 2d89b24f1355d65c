import ChatAPIKit

/// Holds JSON against the schemas of an OpenAPI document, as far as that one uses them.
///
/// Stricter than JSON Schema in one thing: what a schema does not name must not be there.
struct SchemaCheck {
    let document: JSON

    /// What is wrong, with where it is; empty when all is well.
    func problems(of value: JSON, _ schema: JSON, at path: String = "$") -> [String] {
        if let reference = schema["$ref"]?.text {
            let name = String(reference.split(separator: "/").last ?? "")
            guard let found = document["components"]?["schemas"]?[name] else { return ["\(path): no schema \(name)"] }
            return problems(of: value, found, at: path)
        }
        if let choices = schema["anyOf"]?.elements {
            let found = choices.map { problems(of: value, $0, at: path) }
            return found.contains([]) ? [] : found.flatMap { $0 }
        }
        if let allowed = schema["enum"]?.elements, !allowed.contains(where: { $0.serialized == value.serialized }) {
            return ["\(path): \(value.serialized) is none of \(allowed.map(\.serialized))"]
        }
        if let types = schema["type"].map({ $0.elements ?? [$0] })?.compactMap(\.text), !types.contains(value.typeName)
        {
            return ["\(path): \(value.typeName) is none of \(types)"]
        }
        switch value {
        case .object(let members):
            return problems(of: members, schema, at: path)
        case .array(let elements):
            guard let items = schema["items"] else { return [] }
            return elements.enumerated().flatMap { problems(of: $0.element, items, at: "\(path)[\($0.offset)]") }
        default:
            return []
        }
    }

    private func problems(of members: [JSON.Member], _ schema: JSON, at path: String) -> [String] {
        guard let properties = schema["properties"] else { return [] }
        let required = schema["required"]?.elements?.compactMap(\.text) ?? []
        let names = Set(members.map(\.name))
        let missing = required.filter { !names.contains($0) }.map { "\(path): no \($0)" }
        return missing
            + members.flatMap { member in
                guard let schema = properties[member.name] else { return ["\(path): \(member.name) is not described"] }
                return problems(of: member.value, schema, at: "\(path).\(member.name)")
            }
    }
}

extension JSON {
    var elements: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    var members: [JSON.Member] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    fileprivate var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
