import GatewayKit

/// What is taken of a message.
struct FrameLimits {
    var message = 1 << 20
    var frame = 1 << 20
    var fragments = Int.max
}

/// Reads frames from a whole array as RFC 6455 says it, slowly and without any state: what `FrameParser` has to agree with.
func framesByTheBook(_ input: [UInt8], _ limits: FrameLimits) -> [FrameEvent] {
    var events: [FrameEvent] = []
    var offset = 0
    var message: (opcode: Opcode, payload: [UInt8], fragments: Int)?
    while true {
        guard input.count - offset >= 2 else { return events }
        let (first, second) = (input[offset], input[offset + 1])
        let isControl = first & 0x08 != 0
        let short = Int(second & 0x7F)
        guard first & 0x70 == 0, let opcode = Opcode(rawValue: first & 0x0F), second & 0x80 != 0,
            !isControl || (short < 126 && first & 0x80 != 0)
        else { return events + [.violation] }

        let lengthBytes = short == 127 ? 8 : short == 126 ? 2 : 0
        guard input.count - offset >= 2 + lengthBytes + 4 else { return events }
        let extended = input[offset + 2..<offset + 2 + lengthBytes].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        guard lengthBytes == 0 || extended >= (lengthBytes == 2 ? 126 : 65536), extended < 1 << 63 else {
            return events + [.violation]
        }
        let length = lengthBytes == 0 ? short : Int(extended)
        if !isControl {
            guard (opcode == .continuation) == (message != nil),
                length <= limits.frame, length <= limits.message - (message?.payload.count ?? 0),
                message?.fragments ?? 0 < limits.fragments
            else { return events + [.violation] }
        }

        let maskStart = offset + 2 + lengthBytes
        let start = maskStart + 4
        let there = min(length, input.count - start)
        let payload = (0..<there).map { input[start + $0] ^ input[maskStart + $0 % 4] }
        offset = start + length
        if isControl {
            guard there == length else { return events }
            events.append(control(opcode, payload))
            if events.last == .violation { return events }
            continue
        }
        if message == nil { message = (opcode, [], 0) }
        message!.payload += payload
        message!.fragments += 1
        let isComplete = there == length && first & 0x80 != 0
        if message!.opcode == .text {
            let text = message!.payload
            guard isComplete ? String(validating: text, as: UTF8.self) != nil : canBecomeUTF8(text) else {
                return events + [.violation]
            }
        }
        guard there == length else { return events }
        if isComplete {
            events.append(.message(message!.opcode, message!.payload))
            message = nil
        }
    }
}

/// RFC 6455 5.5.
private func control(_ opcode: Opcode, _ payload: [UInt8]) -> FrameEvent {
    switch opcode {
    case .ping: return .ping(payload)
    case .pong: return .pong
    default: break
    }
    guard payload.count != 1 else { return .violation }
    guard payload.count >= 2 else { return .close(nil, []) }
    let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
    let reason = payload[2...]
    // RFC 6455 7.4 and IANA's registry, which has since given out 1012 to 1014.
    let isAllowed = [1000...1003, 1007...1014, 3000...4999].contains { $0.contains(code) }
    guard isAllowed, String(validating: reason, as: UTF8.self) != nil else { return .violation }
    return .close(code, Array(reason))
}

/// Whether some bytes behind these would make UTF-8 of them.
///
/// 0x80 and 0xA0 are the continuation bytes of which one is right after every first byte.
func canBecomeUTF8(_ bytes: [UInt8]) -> Bool {
    let endings: [[UInt8]] = [
        [], [0x80], [0xA0], [0x80, 0x80], [0xA0, 0x80], [0x80, 0x80, 0x80], [0xA0, 0x80, 0x80],
    ]
    return endings.contains { String(validating: bytes + $0, as: UTF8.self) != nil }
}
