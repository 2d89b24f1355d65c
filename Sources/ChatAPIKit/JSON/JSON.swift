/// A JSON value (RFC 8259), as it is read from a request or written into an answer.
///
/// An object's members are written in the order given, so that answers are stable; as read they are sorted by name.
package enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number that is no whole number, or too great for one.
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    /// One name of an object, with its value.
    package struct Member: Sendable {
        package let name: String
        package let value: JSON
    }
}

extension JSON {
    /// The value of an object's member; nil if there is none, or if this is no object.
    package subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text of a string.
    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// A string, or null.
    package static func string(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

    /// A whole number.
    package static func integer(_ value: Int) -> JSON { .integer(Int64(value)) }

    /// A whole number, or null.
    package static func integer(_ value: Int?) -> JSON { value.map { .integer(Int64($0)) } ?? .null }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    package init(dictionaryLiteral members: (String, JSON)...) {
        self = .object(members.map { Member(name: $0.0, value: $0.1) })
    }

    package init(arrayLiteral elements: JSON...) { self = .array(elements) }

    package init(stringLiteral text: String) { self = .string(text) }

    package init(integerLiteral value: Int64) { self = .integer(value) }

    package init(booleanLiteral value: Bool) { self = .bool(value) }

    package init(nilLiteral: ()) { self = .null }
}
