/// The first bytes of a client's frame, checked (RFC 6455 5.2).
package struct FrameHeader: Sendable, Equatable {
    /// The most bytes a client's header takes: two, eight of length, four of mask.
    package static let maxBytes = 14

    /// Whether it is the last frame of its message.
    package let isFinal: Bool
    /// RFC 7692 6: RSV1, on the first frame of a compressed message.
    package let isCompressed: Bool
    package let opcode: Opcode
    /// The masking key, its first byte lowest.
    package let mask: UInt32
    package let payloadBytes: Int
    /// The header's own length.
    package let headerBytes: Int

    /// Reads a header from the front of `bytes`; nil while it is not all there.
    ///
    /// - Parameters:
    ///   - bytes: What has come.
    ///   - allowsCompression: Whether permessage-deflate was agreed on.
    /// - Returns: The header.
    /// - Throws: What is wrong with it, as soon as it shows.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer,
        allowsCompression: Bool = false
    ) throws(Violation) -> FrameHeader? {
        guard bytes.count >= 2 else { return nil }
        let first = bytes[0]
        let second = bytes[1]
        let isCompressed = first & 0x40 != 0
        guard first & 0x30 == 0, !isCompressed || allowsCompression else { throw .reservedBits }  // RFC 6455 5.2
        guard let opcode = Opcode(rawValue: first & 0x0F) else { throw .reservedOpcode }
        // RFC 7692 6: on control frames and on later fragments it has no meaning
        guard !isCompressed || opcode.startsMessage else { throw .reservedBits }
        guard second & 0x80 != 0 else { throw .notMasked }  // RFC 6455 5.1
        let isFinal = first & 0x80 != 0
        let short = Int(second & 0x7F)
        if opcode.isControl {
            guard short <= 125 else { throw .controlTooLong }  // RFC 6455 5.5
            guard isFinal else { throw .controlFragmented }
        }
        let lengthBytes = short < 126 ? 0 : short == 126 ? 2 : 8
        let headerBytes = 2 + lengthBytes + 4
        guard bytes.count >= headerBytes else { return nil }
        return FrameHeader(
            isFinal: isFinal,
            isCompressed: isCompressed,
            opcode: opcode,
            mask: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: headerBytes - 4, as: UInt32.self)),
            payloadBytes: try length(short, bytes),
            headerBytes: headerBytes
        )
    }

    private static func length(_ short: Int, _ bytes: UnsafeRawBufferPointer) throws(Violation) -> Int {
        switch short {
        case ..<126:
            return short
        case 126:
            let length = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            guard length >= 126 else { throw .malformedLength }
            return Int(length)
        default:
            let length = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
            // RFC 6455 5.2: the most significant bit is 0, and the shortest form is used
            guard length >= 65536, let length = Int(exactly: length) else { throw .malformedLength }
            return length
        }
    }
}
