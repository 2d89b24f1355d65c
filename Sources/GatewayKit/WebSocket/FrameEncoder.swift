package import ServerCore

/// Writes frames as a server sends them: never masked, never fragmented (RFC 6455 5.1, 5.2).
package enum FrameEncoder {
    /// The header of a whole message, or of a control frame: 2, 4 or 10 bytes.
    ///
    /// - Parameters:
    ///   - opcode: What the frame is.
    ///   - payloadBytes: How many bytes follow.
    ///   - isCompressed: Whether they are compressed (RFC 7692 6: RSV1).
    /// - Returns: The header's bytes.
    @inline(__always)
    package static func header(_ opcode: Opcode, payloadBytes: Int, isCompressed: Bool = false) -> ByteWord {
        let first = UInt128((isCompressed ? 0xC0 : 0x80) | opcode.rawValue)  // FIN
        return switch payloadBytes {
        case ..<126: ByteWord(first | UInt128(payloadBytes) << 8, count: 2)
        case ..<65536: ByteWord(first | 126 << 8 | UInt128(UInt16(payloadBytes).byteSwapped) << 16, count: 4)
        default: ByteWord(first | 127 << 8 | UInt128(UInt64(payloadBytes).byteSwapped) << 16, count: 10)
        }
    }

    /// The payload of a close frame; empty for a code that may not be sent.
    ///
    /// A reason too long for a control frame is cut at a character's edge.
    package static func closePayload(_ code: CloseCode, reason: String = "") -> [UInt8] {
        guard code.isSendable else { return [] }
        var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 255)]
        for character in reason {
            // RFC 6455 5.5: a control frame carries at most 125 bytes
            guard payload.count + character.utf8.count <= 125 else { break }
            payload += Array(character.utf8)
        }
        return payload
    }
}
