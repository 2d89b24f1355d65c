/// A value bound to a parameter of a statement.
package enum SQLiteValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    package static func integer(_ value: Int) -> Self { .integer(Int64(value)) }

    /// The text, or NULL.
    package static func optional(_ value: String?) -> Self { value.map { .text($0) } ?? .null }

    /// The number, or NULL.
    package static func optional(_ value: Int?) -> Self { value.map { .integer(Int64($0)) } ?? .null }

    /// The number, or NULL.
    package static func optional(_ value: Int64?) -> Self { value.map { .integer($0) } ?? .null }

    /// The bytes, or NULL.
    package static func optional(_ value: [UInt8]?) -> Self { value.map { .blob($0) } ?? .null }
}

extension SQLiteValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(stringLiteral value: String) { self = .text(value) }
    package init(nilLiteral: ()) { self = .null }
}
