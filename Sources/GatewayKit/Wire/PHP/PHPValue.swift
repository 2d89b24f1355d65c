/// A value of PHP as its `serialize()` carries it: what GatewayWorker keeps sessions in and answers queries with.
///
/// ```swift
/// let session: PHPValue = ["name": "Ada", "visits": 3]
/// session.serialized()                       // a:2:{s:4:"name";s:3:"Ada";s:6:"visits";i:3;}
/// try PHPValue(serialized: bytes)["name"]    // .string
/// ```
/// Strings are bytes, as in PHP, and need not be UTF-8. Objects and references are refused when read: nothing that comes
/// over a wire may name a class.
public enum PHPValue: Sendable, Equatable {
    /// PHP's `null`.
    case null
    /// PHP's `bool`.
    case bool(Bool)
    /// PHP's `int` on every machine of today: 64 bits.
    case int(Int64)
    /// PHP's `float`.
    case double(Double)
    /// PHP's `string`: bytes of any kind.
    case string([UInt8])
    /// PHP's `array`: ordered, its keys whole numbers or strings.
    case array(PHPArray)

    /// A string of text, as its UTF-8 bytes.
    public static func text(_ text: String) -> Self { .string(Array(text.utf8)) }

    /// A list: keys 0, 1, 2 and so on.
    public static func list(_ values: some Sequence<PHPValue>) -> Self { .array(PHPArray(list: values)) }

    /// The element of an array at a key; nil for everything else.
    public subscript(key: PHPArray.Key) -> PHPValue? {
        guard case .array(let array) = self else { return nil }
        return array[key]
    }

    /// The key that PHP makes of the value; nil for an array, which cannot be one.
    package var key: PHPArray.Key? {
        switch self {
        case .null: .string([])
        case .bool(let value): .int(value ? 1 : 0)
        case .int(let number): .int(number)
        case .double(let number): .int(Int64(exactly: number.rounded(.towardZero)) ?? 0)
        case .string(let bytes): .init(bytes)
        case .array: nil
        }
    }
}

extension PHPValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// `nil` is PHP's null.
    public init(nilLiteral: ()) { self = .null }
    /// `true` and `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .int(value) }
    /// A floating-point number.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// A string, as its UTF-8 bytes.
    public init(stringLiteral value: String) { self = .text(value) }
    /// A list.
    public init(arrayLiteral elements: PHPValue...) { self = .list(elements) }
    /// An array with keys, in the order written.
    public init(dictionaryLiteral elements: (PHPArray.Key, PHPValue)...) {
        var array = PHPArray()
        for (key, value) in elements { array[key] = value }
        self = .array(array)
    }
}
