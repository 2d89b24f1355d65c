extension Gateway {
    /// How messages are compressed with clients that offer permessage-deflate (RFC 7692), as all browsers do.
    ///
    /// By default no context is kept between messages, in either direction: a loop has one compressor and inflaters for
    /// all its sockets, an idle socket costs no memory, and a message to many is compressed once. Compressing 1 KiB of
    /// JSON takes about 7 µs and inflating it 2.5 µs. What a client inflates to is bounded by `maxMessageBytes`, and
    /// never more than that is allocated.
    public struct Compression: Sendable, Hashable {
        /// The smallest message that is sent compressed, in bytes (1 KiB); smaller ones are not worth the time.
        ///
        /// Pushes of less than 64 bytes are never compressed. What clients compress is their choice.
        public var threshold: Int
        /// zlib's level, from 1 (fast, the default) to 9; 6 makes messages about 5 % smaller and takes twice as long.
        public var level: Int
        /// Whether the window goes on from message to message where the client agrees (false).
        ///
        /// Small similar messages then shrink by far more, for about 45 KB per socket at 12 window bits. A message to many
        /// is still compressed once, and begins the socket's window anew.
        public var keepsContext: Bool
        /// The size of the windows that are kept, as a power of two: 9 to 15 (12: 4 KiB).
        ///
        /// A client that does not let its window be bounded keeps none.
        public var contextWindowBits: Int

        /// Settings for compression; each default is named at its property.
        public init(threshold: Int = 1024, level: Int = 1, keepsContext: Bool = false, contextWindowBits: Int = 12) {
            self.threshold = threshold
            self.level = level
            self.keepsContext = keepsContext
            self.contextWindowBits = contextWindowBits
        }
    }
}
