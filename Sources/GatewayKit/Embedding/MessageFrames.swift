import ServerCore

/// The frames by which an attached client and its stream understand each other; no socket ever sees them.
struct MessageFrames {
    /// What the client has written.
    enum Sent {
        case message(Message)
        case ping
        case close(CloseCode, String)
    }

    private var gathered: (isText: Bool, payload: [UInt8])?

    /// Reads what the gateway writes at once: whole frames, unmasked.
    ///
    /// Compressed ones, which nobody has agreed upon, are passed over; a text that is not UTF-8 is repaired.
    mutating func read(_ bytes: [UInt8]) -> [Sent] {
        var sent: [Sent] = []
        var rest = bytes[...]
        while let (first, payload) = Self.frame(&rest) {
            switch first & 0x0f {
            case 8:
                let code = payload.count < 2 ? .noStatus : CloseCode(rawValue: Self.number(payload.prefix(2)))
                sent.append(.close(code, String(decoding: payload.dropFirst(2), as: UTF8.self)))
            case 9: sent.append(.ping)
            case 0, 1, 2:
                guard first & 0x70 == 0 else { continue }  // RFC 6455 5.2: RSV1 to 3
                let isText = gathered?.isText ?? (first & 0x0f == 1)
                let whole = (gathered?.payload ?? []) + payload
                gathered = first & 0x80 == 0 ? (isText, whole) : nil
                guard gathered == nil else { continue }
                sent.append(.message(isText ? .text(String(decoding: whole, as: UTF8.self)) : .binary(whole)))
            default: continue
            }
        }
        return sent
    }

    /// A frame as a client sends it: masked, with a mask that changes nothing (RFC 6455 5.3).
    static func received(_ opcode: Opcode, _ payload: some Collection<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = [0x80 | opcode.rawValue]
        switch payload.count {
        case ..<126: bytes.append(0x80 | UInt8(payload.count))
        case ..<65536: bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default:
            bytes.append(0x80 | 127)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(payload.count >> shift & 255)) }
        }
        return bytes + [0, 0, 0, 0] + payload
    }

    private static func frame(_ rest: inout ArraySlice<UInt8>) -> (first: UInt8, payload: ArraySlice<UInt8>)? {
        guard let first = rest.popFirst(), let second = rest.popFirst() else { return nil }
        var count = Int(second & 0x7f)
        let extra = count == 126 ? 2 : count == 127 ? 8 : 0
        guard rest.count >= extra else { return nil }
        if extra > 0 {
            count = rest.prefix(extra).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(extra)
        }
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return (first, rest.prefix(count))
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt16 { bytes.reduce(0) { $0 << 8 | UInt16($1) } }
}
