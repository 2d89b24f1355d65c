/// PHP's array: pairs of key and value in the order in which the keys came.
///
/// Setting a key that is there keeps its place. A look-up takes constant time; a plain list (keys 0, 1, 2, …) needs no
/// index and costs no more than a Swift array.
public struct PHPArray: Sendable, Equatable {
    /// What an element is found by.
    ///
    /// A string of the canonical digits of an int of 64 bits ("7", "-3", not "007" or "-0") is that int, as in PHP.
    public enum Key: Sendable, Hashable {
        /// A whole number.
        case int(Int64)
        /// A string that is not a whole number.
        case string([UInt8])

        /// The key that PHP makes of a string.
        public init(_ bytes: some Collection<UInt8>) {
            self = Self.wholeNumber(bytes).map(Self.int) ?? .string(Array(bytes))
        }

        /// The key that PHP makes of a text.
        public init(_ text: String) { self.init(Array(text.utf8)) }

        /// The key as a value: an int or a string.
        public var value: PHPValue {
            switch self {
            case .int(let number): .int(number)
            case .string(let bytes): .string(bytes)
            }
        }

        /// The key as text: the digits of a number.
        package var name: [UInt8] {
            switch self {
            case .int(let number): Array(String(number).utf8)
            case .string(let bytes): bytes
            }
        }

        private static func wholeNumber(_ bytes: some Collection<UInt8>) -> Int64? {
            guard (1...20).contains(bytes.count) else { return nil }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let number = Int64(text), String(number) == text else { return nil }
            return number
        }
    }

    /// One pair.
    public struct Element: Sendable, Equatable {
        /// What it is found by.
        public let key: Key
        /// What is there.
        public internal(set) var value: PHPValue
    }

    /// The pairs, in order.
    public private(set) var elements: [Element] = []
    /// Where each key is; nil while the keys are 0, 1, 2, ….
    private var positions: [Key: Int]?

    /// An empty array.
    public init() {}

    /// A list: keys 0, 1, 2 and so on.
    public init(list values: some Sequence<PHPValue>) {
        elements = values.enumerated().map { Element(key: .int(Int64($0.offset)), value: $0.element) }
    }

    /// How many pairs there are.
    public var count: Int { elements.count }

    /// The values, in order.
    public var values: some Sequence<PHPValue> { elements.lazy.map(\.value) }

    /// Whether the keys are 0, 1, 2 and so on, which JSON writes as a list.
    public var isList: Bool {
        positions == nil || elements.enumerated().allSatisfy { $0.element.key == .int(Int64($0.offset)) }
    }

    /// The value at a key; setting nil changes nothing.
    public subscript(key: Key) -> PHPValue? {
        get { position(of: key).map { elements[$0].value } }
        set {
            guard let newValue else { return }
            if let position = position(of: key) {
                elements[position].value = newValue
            } else {
                append(key, newValue)
            }
        }
    }

    /// Whether both hold equal pairs in the same order.
    public static func == (left: Self, right: Self) -> Bool { left.elements == right.elements }

    /// The number that PHP gives to a value without a key: one above the highest; nil when there is none left.
    package var nextKey: Key? {
        guard positions != nil else { return .int(Int64(elements.count)) }
        let highest = elements.reduce(-1 as Int64) { highest, element in
            if case .int(let number) = element.key { max(highest, number) } else { highest }
        }
        return highest == .max ? nil : .int(highest + 1)
    }

    private func position(of key: Key) -> Int? {
        if let positions { return positions[key] }
        guard case .int(let number) = key, number >= 0, number < elements.count else { return nil }
        return Int(number)
    }

    private mutating func append(_ key: Key, _ value: PHPValue) {
        if positions == nil, key != .int(Int64(elements.count)) {
            positions = Dictionary(uniqueKeysWithValues: elements.indices.map { (.int(Int64($0)), $0) })
        }
        positions?[key] = elements.count
        elements.append(Element(key: key, value: value))
    }
}

extension PHPArray: ExpressibleByDictionaryLiteral {
    /// An array with keys, in the order written.
    public init(dictionaryLiteral elements: (Key, PHPValue)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }
}

extension PHPArray.Key: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// The key that PHP makes of a text.
    public init(stringLiteral value: String) { self.init(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .int(value) }
}
