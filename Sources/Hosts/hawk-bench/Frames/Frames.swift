#if os(Linux)
/// WebSocket frames (RFC 6455 5.2) made before anything is measured, by other code than the gateway's.
enum Frames {
    enum Opcode: UInt8 {
        case text = 0x81
        case binary = 0x82
    }

    /// A frame as servers send it.
    static func server(_ opcode: Opcode, _ payload: [UInt8]) -> [UInt8] {
        [opcode.rawValue] + length(payload.count, isMasked: false) + payload
    }

    /// A frame as clients send it.
    static func client(_ opcode: Opcode, _ payload: [UInt8], mask: UInt32) -> [UInt8] {
        let key = (0..<4).map { UInt8(truncatingIfNeeded: mask >> (8 * $0)) }
        let masked = payload.enumerated().map { $0.element ^ key[$0.offset % 4] }
        return [opcode.rawValue] + length(payload.count, isMasked: true) + key + masked
    }

    private static func length(_ bytes: Int, isMasked: Bool) -> [UInt8] {
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch bytes {
        case ..<126: return [mask | UInt8(bytes)]
        case ..<65536: return [mask | 126, UInt8(bytes >> 8), UInt8(bytes & 255)]
        default: return [mask | 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: bytes >> (8 * $0)) }
        }
    }
}
#endif
