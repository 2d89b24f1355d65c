/// Cuts a stream of a gateway's answers: four bytes of length, then that many bytes of PHP's `serialize()`.
///
/// Answers carry no id; they come in the order of the queries.
package struct AnswerParser: Sendable {
    private let limit: Int
    private var buffer: [UInt8] = []
    /// Where the next answer begins: what is before was given already.
    private var start = 0

    /// - Parameter limit: the longest answer taken.
    package init(limit: Int = 64 << 20) {
        self.limit = limit
    }

    /// Takes the next bytes of the stream.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        buffer.removeFirst(start)
        start = 0
        buffer.append(contentsOf: bytes)
    }

    /// The next whole answer; nil when more bytes are needed.
    package mutating func next() throws(GatewayPacketParser.Violation) -> [UInt8]? {
        guard buffer.count - start >= 4 else { return nil }
        let length = buffer.withUnsafeBytes { Int($0.bigEndian(at: start, as: UInt32.self)) }
        guard length <= limit else { throw .tooLong }
        let body = start + 4
        guard buffer.count - body >= length else { return nil }
        start = body + length
        return Array(buffer[body..<start])
    }

    /// An answer as it goes over the wire.
    package static func encode(_ value: PHPValue) -> [UInt8] { encode { $0.value(value) } }

    /// An answer of bytes that are serialized already.
    package static func encode(serialized: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(4 + serialized.count)
        output.appendBigEndian(UInt32(truncatingIfNeeded: serialized.count))
        return output + serialized
    }

    /// An answer that `write` writes.
    package static func encode(_ write: (inout PHPWriter) -> Void) -> [UInt8] {
        var writer = PHPWriter(head: [0, 0, 0, 0])
        write(&writer)
        writer.setHead(UInt32(truncatingIfNeeded: writer.bytes.count - 4))
        return writer.bytes
    }
}
