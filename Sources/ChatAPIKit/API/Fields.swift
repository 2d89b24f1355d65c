/// The fields of a request, read one after the other; what is wrong with them is told all at once.
struct Fields {
    private let read: (String) -> JSON?
    private var problems: [JSON] = []

    /// The fields of a JSON body.
    init(json: JSON) {
        read = { json[$0] }
    }

    /// The parameters of a query; each is a string.
    init(query: QueryString) {
        read = { query[$0].map { .string($0) } }
    }

    /// Whether a field was given, if only as null.
    func has(_ name: String) -> Bool { read(name) != nil }

    /// A string that must be there and say something.
    mutating func text(_ name: String, maximumBytes: Int) -> String {
        guard let text = optionalText(name, maximumBytes: maximumBytes, isRequired: true) else { return "" }
        if text.unicodeScalars.allSatisfy(\.isInvisible) { report(name, "blank", "must not be blank") }
        return text
    }

    /// A string; nil if it is absent or null.
    mutating func optionalText(
        _ name: String,
        maximumBytes: Int,
        isRequired: Bool = false,
        mayBeEmpty: Bool = false
    ) -> String? {
        switch read(name) {
        case nil, .null:
            if isRequired { report(name, "missing", "must be given") }
            return nil
        case .string(let text):
            if text.isEmpty, !isRequired, !mayBeEmpty { report(name, "blank", "must not be empty") }
            if text.utf8.count > maximumBytes {
                report(name, "too_long", "must have at most \(maximumBytes) bytes of UTF-8")
            }
            if text.utf8.contains(0) { report(name, "invalid", "must not have a NUL character") }
            return text
        default:
            report(name, "wrong_type", "must be a string")
            return nil
        }
    }

    /// True or false; nil if it is absent or null.
    mutating func optionalBool(_ name: String) -> Bool? {
        switch read(name) {
        case nil, .null: return nil
        case .bool(let value): return value
        default:
            report(name, "wrong_type", "must be true or false")
            return nil
        }
    }

    /// A whole number in digits, as a query has it.
    mutating func number(_ name: String, in range: ClosedRange<Int>, default value: Int) -> Int {
        guard let text = read(name)?.text else { return value }
        guard let number = Int(text), range.contains(number) else {
            let limits =
                range.upperBound == .max
                ? "\(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
            report(name, "invalid", "must be a whole number, \(limits)")
            return value
        }
        return number
    }

    /// Notes what is wrong with a field.
    mutating func report(_ name: String, _ code: String, _ message: String) {
        problems.append(["field": .string(name), "code": .string(code), "message": .string(message)])
    }

    /// Throws everything that was noted.
    func check() throws(APIFailure) {
        if let failure { throw failure }
    }

    /// Everything that was noted; nil if nothing was.
    var failure: APIFailure? {
        guard !problems.isEmpty else { return nil }
        return APIFailure(
            status: 422,
            code: "invalid_fields",
            message: "Some fields are missing or not as they must be.",
            details: .array(problems)
        )
    }
}

extension Unicode.Scalar {
    /// Whether a text of nothing else shows nothing.
    fileprivate var isInvisible: Bool { properties.isWhitespace || properties.isDefaultIgnorableCodePoint }
}
