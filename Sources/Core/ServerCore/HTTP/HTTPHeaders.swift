/// Header fields in their order, with names compared without case; a name may occur more than once.
package struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// One field as it was sent, its value without the white space around it.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    /// All fields in order.
    package private(set) var fields: [Field] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// The first value of a name; setting replaces every field of that name, and nil removes them.
    package subscript(name: String) -> String? {
        get { fields.first { Self.areEqual($0.name, name) }?.value }
        set {
            fields.removeAll { Self.areEqual($0.name, name) }
            if let newValue { add(name, newValue) }
        }
    }

    /// Every value of a name, in order.
    package func values(_ name: String) -> [String] {
        fields.filter { Self.areEqual($0.name, name) }.map(\.value)
    }

    /// Adds a field behind the others.
    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Whether the comma-separated list that a name's fields form has this element, without case: `Connection: Upgrade`.
    package func contains(_ token: String, in name: String) -> Bool {
        elements(of: name).contains { Self.areEqual($0, token) }
    }

    /// The elements of the comma-separated list that a name's fields form (RFC 9110 5.6.1), without empty ones.
    package func elements(of name: String) -> [Substring] {
        fields.lazy.filter { Self.areEqual($0.name, name) }.flatMap { field in
            field.value.split(separator: ",").compactMap { element in
                let trimmed = Self.trim(element)
                return trimmed.isEmpty ? nil : trimmed
            }
        }
    }

    /// Whether two strings are equal but for the case of ASCII letters.
    package static func areEqual(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { HTTPSyntax.lower($0) == HTTPSyntax.lower($1) }
    }

    private static func trim(_ text: Substring) -> Substring {
        var rest = text
        while let first = rest.utf8.first, HTTPSyntax.isBlank(first) { rest = rest.dropFirst() }
        while let last = rest.utf8.last, HTTPSyntax.isBlank(last) { rest = rest.dropLast() }
        return rest
    }
}
