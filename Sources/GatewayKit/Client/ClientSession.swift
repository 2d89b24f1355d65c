/// What an application keeps with a socket: the session of GatewayWorker's API, which ends with the socket.
///
/// The gateway keeps bytes and reads them only to merge. PHP's workers and clients keep an array there, written by
/// `serialize()`; `value` reads it.
public struct ClientSession: Sendable, Hashable {
    /// The bytes as they are kept; empty for a socket that has no session.
    public let bytes: [UInt8]

    /// A session of any bytes.
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// A session as PHP writes it.
    public init(_ value: PHPValue) { bytes = value.serialized() }

    /// The value that the bytes are; an empty array where there is no session, nil for bytes that PHP did not write.
    public var value: PHPValue? {
        bytes.isEmpty ? .array(PHPArray()) : try? PHPValue(serialized: bytes)
    }
}

extension ClientSession: ExpressibleByDictionaryLiteral {
    /// A session that is an array, its keys in the order written; `[:]` is an empty array, which is a session too.
    public init(dictionaryLiteral elements: (PHPArray.Key, PHPValue)...) {
        var array = PHPArray()
        for (key, value) in elements { array[key] = value }
        self.init(.array(array))
    }
}
