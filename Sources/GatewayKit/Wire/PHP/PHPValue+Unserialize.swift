extension PHPValue {
    /// How much is taken from a stranger.
    public struct Limits: Sendable {
        /// How deep arrays may lie in arrays.
        public var depth: Int
        /// How many values there may be in all.
        public var values: Int

        /// - Parameters:
        ///   - depth: how deep arrays may lie in arrays; reading and freeing take stack for each level.
        ///   - values: how many values there may be in all; each takes about 100 bytes of memory.
        public init(depth: Int = 64, values: Int = 1_000_000) {
            self.depth = depth
            self.values = values
        }
    }

    /// Why bytes are no value.
    public enum Malformed: Error, Sendable, Equatable {
        /// Not what `serialize()` (or JSON) writes.
        case syntax
        /// More bytes stand behind the value.
        case trailingBytes
        /// An object, an enum or a reference: never read.
        case refusedType
        /// Deeper or more than the limits allow.
        case limit
    }

    /// Reads what PHP's `serialize()` wrote.
    ///
    /// Reads null, bool, int, float, string and array; everything else is refused.
    ///
    /// - Parameters:
    ///   - bytes: the whole of it, nothing behind.
    ///   - limits: how much is taken; the default suits what one gateway answers.
    /// - Throws: what is wrong with the bytes.
    public init(serialized bytes: [UInt8], limits: Limits = .init()) throws(Malformed) {
        var reader = SerializedReader(bytes: bytes, limits: limits)
        self = try reader.value(depth: 0)
        guard reader.isAtEnd else { throw .trailingBytes }
    }
}
