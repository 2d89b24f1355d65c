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

    package init(_ fields: [(name: String, value: String)]) {
        for (name, value) in fields { add(name, value) }
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// With room for some fields.
    init(capacity: Int) {
        fields.reserveCapacity(capacity)
    }

    /// Whether every field can be sent: nothing in a name or value would break the head apart (RFC 9110 5.1, 5.5).
    package var isValid: Bool {
        fields.allSatisfy { field in
            let (name, value) = (field.name.utf8, field.value.utf8)
            return HTTPSyntax.isToken(name.span) && HTTPSyntax.isFieldValue(value.span)
        }
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
        fields.compactMap { Self.areEqual($0.name, name) ? $0.value : nil }
    }

    /// The value of a name that occurs exactly once; nil if it occurs not at all or more often.
    package func only(_ name: String) -> String? {
        guard let index = fields.firstIndex(where: { Self.areEqual($0.name, name) }),
            !fields[(index + 1)...].contains(where: { Self.areEqual($0.name, name) })
        else { return nil }
        return fields[index].value
    }

    /// Adds a field behind the others.
    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Whether the comma-separated list that a name's fields form has this element, without case: `Connection: Upgrade`.
    package func contains(_ token: String, in name: String) -> Bool {
        var isThere = false
        forEachElement(of: name) { if $0.matches(token) { isThere = true } }
        return isThere
    }

    /// Shows each element of the comma-separated list that a name's fields form (RFC 9110 5.6.1), but for empty ones.
    package func forEachElement(of name: String, _ show: (Span<UInt8>) -> Void) {
        for field in fields where Self.areEqual(field.name, name) {
            let value = field.value.utf8
            let list = value.span
            var start = 0
            while start < list.count {
                let rest = list.extracting(start..<list.count)
                let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.count
                let element = rest.extracting(0..<end)
                let trimmed = element.trimmed
                if !trimmed.isEmpty { show(element.extracting(trimmed)) }
                start += end + 1
            }
        }
    }

    /// Whether two strings are equal but for the case of ASCII letters.
    package static func areEqual(_ left: String, _ right: String) -> Bool {
        let left = left.utf8
        return left.count == right.utf8.count && left.span.matches(right)
    }
}
