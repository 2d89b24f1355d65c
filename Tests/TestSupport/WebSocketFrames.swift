/// Frames as a client writes and reads them (RFC 6455 5.2), plain and slow.
public enum WebSocketFrames {
    /// A frame of a server.
    public struct Frame: Sendable, Equatable {
        /// Whether it is the last of its message.
        public var isFinal: Bool
        /// RSV1: the payload is compressed (RFC 7692).
        public var isCompressed: Bool
        /// What it is: 1 text, 2 binary, 8 close, 9 ping, 10 pong, 0 a continuation.
        public var opcode: UInt8
        /// What it carries.
        public var payload: [UInt8]
    }

    /// A masked frame; with 0x40 in the opcode, RSV1 is set.
    public static func clientFrame(
        _ opcode: UInt8,
        _ payload: [UInt8],
        isFinal: Bool = true,
        mask: [UInt8] = [0x11, 0xA2, 0x03, 0xF4]
    ) -> [UInt8] {
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        switch payload.count {
        case ..<126: bytes.append(0x80 | UInt8(payload.count))
        case ..<65536: bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: bytes += [0x80 | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        bytes += mask
        let start = bytes.count
        bytes += payload
        bytes.withUnsafeMutableBufferPointer { bytes in
            for index in 0..<payload.count { bytes[start + index] ^= mask[index & 3] }
        }
        return bytes
    }

    /// Reads a whole frame of a server and moves on behind it; nil while it is not all there.
    public static func serverFrame(in bytes: [UInt8], at offset: inout Int) -> Frame? {
        let rest = bytes[offset...]
        guard rest.count >= 2 else { return nil }
        let short = bytes[offset + 1]
        precondition(short & 0x80 == 0, "a server does not mask")
        let lengthBytes = short == 126 ? 2 : short == 127 ? 8 : 0
        let start = offset + 2 + lengthBytes
        guard rest.count >= 2 + lengthBytes else { return nil }
        let length = lengthBytes == 0 ? Int(short) : bytes[(offset + 2)..<start].reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= start + length else { return nil }
        defer { offset = start + length }
        let first = bytes[offset]
        return Frame(
            isFinal: first & 0x80 != 0,
            isCompressed: first & 0x40 != 0,
            opcode: first & 0x0F,
            payload: Array(bytes[start..<(start + length)])
        )
    }
}
