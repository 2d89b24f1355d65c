import PlatformCore

/// A named queue of its own within a store: workers say which channels they serve.
///
/// Two channels are one if their names have the same bytes: "é" and "e" with an accent behind it are two.
public struct Channel: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// Its name: 1 to 180 bytes, any characters.
    public let name: String

    /// The channel with this name.
    public init(_ name: String) {
        self.name = name
    }

    /// The channel with this name.
    public init(stringLiteral name: String) {
        self.name = name
    }

    /// Its name.
    public var description: String { name }

    /// Whether two names have the same bytes.
    public static func == (left: Channel, right: Channel) -> Bool {
        ByteKey(left.name) == ByteKey(right.name)
    }

    /// Hashes the bytes of the name.
    public func hash(into hasher: inout Hasher) {
        ByteKey(name).hash(into: &hasher)
    }

    /// Whether stores take the name.
    var isValid: Bool { Self.isValid(name) }

    /// Whether a channel, a key or the name of a job may be so called.
    static func isValid(_ name: String) -> Bool { 1...180 ~= name.utf8.count }

    /// Where jobs go that name no channel.
    public static let `default`: Channel = "default"
}
