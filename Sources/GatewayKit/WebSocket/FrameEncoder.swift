/// Writes frames as a server sends them: never masked, never fragmented (RFC 6455 5.1, 5.2).
package enum FrameEncoder {
    /// The most bytes a header takes: two, and eight of length.
    package static let maxHeaderBytes = 10

    /// A whole frame.
    package static func frame(_ opcode: Opcode, _ payload: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: maxHeaderBytes + payload.count) { buffer, count in
            let header = writeHeader(opcode, payloadBytes: payload.count, into: buffer.baseAddress!)
            if let bytes = payload.baseAddress {
                UnsafeMutableRawPointer(buffer.baseAddress! + header).copyMemory(from: bytes, byteCount: payload.count)
            }
            count = header + payload.count
        }
    }

    /// A close frame; a reason too long for a control frame is cut at a character's edge.
    package static func close(_ code: CloseCode, reason: String = "") -> [UInt8] {
        guard code.isSendable else { return frame(.close, UnsafeRawBufferPointer(start: nil, count: 0)) }
        var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 255)]
        for character in reason {
            // RFC 6455 5.5: a control frame carries at most 125 bytes
            guard payload.count + character.utf8.count <= 125 else { break }
            payload += Array(character.utf8)
        }
        return payload.withUnsafeBytes { frame(.close, $0) }
    }

    /// Writes a header and tells its length; `target` has room for `maxHeaderBytes`.
    package static func writeHeader(
        _ opcode: Opcode,
        payloadBytes: Int,
        into target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        target[0] = 0x80 | opcode.rawValue  // FIN
        switch payloadBytes {
        case ..<126:
            target[1] = UInt8(payloadBytes)
            return 2
        case ..<65536:
            target[1] = 126
            target[2] = UInt8(truncatingIfNeeded: payloadBytes >> 8)
            target[3] = UInt8(truncatingIfNeeded: payloadBytes)
            return 4
        default:
            target[1] = 127
            for index in 0..<8 { target[2 + index] = UInt8(truncatingIfNeeded: payloadBytes >> (56 - 8 * index)) }
            return 10
        }
    }
}
