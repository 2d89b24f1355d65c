/// Header fields in their order, with names compared without case; a name may occur more than once.
///
/// All of them lie in one piece of memory, as they came: a head costs one allocation, and a text only where one is asked for.
package struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// One field as it was sent, its value without the white space around it.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    /// How many fields there are.
    package private(set) var count = 0
    /// Of each field: the sizes of name and value, four bytes each, then name and value.
    private var bytes: [UInt8] = []

    package init() {}

    package init(_ fields: [(name: String, value: String)]) {
        for (name, value) in fields { add(name, value) }
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// With room for what is expected, in bytes.
    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    /// All fields in order.
    package var fields: [Field] {
        var fields: [Field] = []
        fields.reserveCapacity(count)
        _ = firstRange { name, value in
            fields.append(Field(name: name.text, value: value.text))
            return false
        }
        return fields
    }

    /// Whether every field can be sent: nothing in a name or value would break the head apart (RFC 9110 5.1, 5.5).
    package var isValid: Bool {
        firstRange { name, value in !HTTPSyntax.isToken(name) || !HTTPSyntax.isFieldValue(value) } == nil
    }

    /// The first value of a name; setting replaces every field of that name, and nil removes them.
    package subscript(name: String) -> String? {
        get { firstRange(of: name).map { bytes.span.extracting($0).text } }
        set {
            let others = fields.filter { !Self.areEqual($0.name, name) }
            self = HTTPHeaders(others.map { ($0.name, $0.value) })
            if let newValue { add(name, newValue) }
        }
    }

    /// Every value of a name, in order.
    package func values(_ name: String) -> [String] {
        var values: [String] = []
        forEach(of: name) { values.append($0.text) }
        return values
    }

    /// The value of a name that occurs exactly once; nil if it occurs not at all or more often.
    package func only(_ name: String) -> String? {
        only(name) { $0.text }
    }

    /// What `read` makes of the value of a name that occurs exactly once; nil if it occurs not at all or more often.
    package func only<Result>(_ name: String, _ read: (Span<UInt8>) -> Result?) -> Result? {
        guard let first = firstRange(of: name), firstRange(of: name, from: first.upperBound) == nil else { return nil }
        return read(bytes.span.extracting(first))
    }

    /// Adds a field behind the others.
    package mutating func add(_ name: String, _ value: String) {
        let (name, value) = (name.utf8, value.utf8)
        add(name.span, value.span)
    }

    /// Adds a field behind the others, as it came.
    mutating func add(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        withUnsafeBytes(of: (UInt32(name.count), UInt32(value.count))) { bytes.append(contentsOf: $0) }
        name.withUnsafeBytes { bytes.append(contentsOf: $0) }
        value.withUnsafeBytes { bytes.append(contentsOf: $0) }
        count += 1
    }

    /// Whether the comma-separated list that a name's fields form has this element, without case: `Connection: Upgrade`.
    package func contains(_ token: String, in name: String) -> Bool {
        var isThere = false
        forEachElement(of: name) { if $0.matches(token) { isThere = true } }
        return isThere
    }

    /// Shows each element of the comma-separated list that a name's fields form (RFC 9110 5.6.1), but for empty ones.
    package func forEachElement(of name: String, _ show: (Span<UInt8>) -> Void) {
        forEach(of: name) { list in
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

    /// Shows each value of a name, in order.
    private func forEach(of name: String, _ show: (Span<UInt8>) -> Void) {
        var start = 0
        while let range = firstRange(of: name, from: start) {
            show(bytes.span.extracting(range))
            start = range.upperBound
        }
    }

    /// Where the value of the first field of a name lies, from the field at `start` on.
    private func firstRange(of name: String, from start: Int = 0) -> Range<Int>? {
        let sought = name.utf8.count
        return firstRange(from: start) { field, _ in field.count == sought && field.matches(name) }
    }

    /// Where the value of the first field lies that `isSought`, from the field at `start` on.
    @inline(__always)
    private func firstRange(
        from start: Int = 0,
        _ isSought: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) -> Range<Int>? {
        let bytes = bytes.span
        var start = start
        while start < bytes.count {
            let sizes = bytes.extracting(start..<(start + 8)).withUnsafeBytes {
                ($0.loadUnaligned(as: UInt32.self), $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
            }
            let value = (start + 8 + Int(sizes.0))..<(start + 8 + Int(sizes.0) + Int(sizes.1))
            if isSought(bytes.extracting((start + 8)..<value.lowerBound), bytes.extracting(value)) { return value }
            start = value.upperBound
        }
        return nil
    }
}
