/// A named queue of its own within a store: workers say which channels they serve.
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

    /// Where jobs go that name no channel.
    public static let `default`: Channel = "default"
}
