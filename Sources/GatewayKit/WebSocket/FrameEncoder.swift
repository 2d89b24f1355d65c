/// Writes frames as a server sends them: never masked, never fragmented (RFC 6455 5.1, 5.2).
package enum FrameEncoder {
    /// A frame's first bytes, without memory of their own.
    package struct Header {
        private var bytes = InlineArray<10, UInt8>(repeating: 0)
        /// How many there are: 2, 4 or 10.
        package private(set) var count: Int

        fileprivate init(_ opcode: Opcode, _ payloadBytes: Int) {
            bytes[0] = 0x80 | opcode.rawValue  // FIN
            switch payloadBytes {
            case ..<126:
                bytes[1] = UInt8(payloadBytes)
                count = 2
            case ..<65536:
                bytes[1] = 126
                bytes[2] = UInt8(truncatingIfNeeded: payloadBytes >> 8)
                bytes[3] = UInt8(truncatingIfNeeded: payloadBytes)
                count = 4
            default:
                bytes[1] = 127
                for index in 0..<8 { bytes[2 + index] = UInt8(truncatingIfNeeded: payloadBytes >> (56 - 8 * index)) }
                count = 10
            }
        }

        /// Writes the header at the front of `target`.
        package func write(to target: UnsafeMutableRawBufferPointer) {
            withUnsafeBytes { target.copyMemory(from: $0) }
        }

        /// Lends the bytes.
        package func withUnsafeBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
            bytes.span.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// The header of a whole message, or of a control frame.
    package static func header(_ opcode: Opcode, payloadBytes: Int) -> Header { Header(opcode, payloadBytes) }

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
