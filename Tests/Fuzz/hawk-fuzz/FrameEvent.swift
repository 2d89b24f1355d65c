import GatewayKit

/// What frames amount to; which rule was broken is not compared, since several may be at once.
enum FrameEvent: Equatable {
    case message(Opcode, [UInt8])
    case ping([UInt8])
    case pong
    case close(UInt16?, [UInt8])
    case violation
}

/// Reads frames as a gateway's client does, and tells what they amount to, up to the first violation.
///
/// - Parameters:
///   - parts: what comes, one after the other.
///   - rules: what is taken.
///   - deflation: what messages are inflated with; nil where none may come compressed.
/// - Returns: what there was, in order.
func readFrames(_ parts: [ArraySlice<UInt8>], _ rules: MessageRules, _ deflation: Deflation? = nil) -> [FrameEvent] {
    var parser = FrameParser(rules)
    if let deflation { parser.allowCompression(deflation) }
    defer { parser.clear() }
    var events: [FrameEvent] = []
    for part in parts {
        let isIntact = withExactCopy(of: part) { memory in
            var cursor = ByteCursor(memory)
            do throws(Violation) {
                while let event = try nextEvent(&cursor, &parser, limit: 30) { events.append(event) }
                promise(cursor.count == 0, "bytes are left unread")
                return true
            } catch {
                events.append(.violation)
                return false
            }
        }
        if !isIntact { break }
    }
    return events
}

/// By the short way where there is one; `limit` is at most the largest frame that is taken.
private func nextEvent(
    _ cursor: inout ByteCursor,
    _ parser: inout FrameParser,
    limit: Int
) throws(Violation) -> FrameEvent? {
    if parser.isAtStart, let frame = WholeFrame.take(&cursor, limit: limit) {
        guard !frame.isText || UTF8Check.isValid(frame.payload) else { throw .invalidUTF8 }
        return .message(frame.isText ? .text : .binary, Array(frame.payload))
    }
    switch try parser.next(&cursor) {
    case .needMore: return nil
    case .text(let bytes): return .message(.text, Array(bytes))
    case .binary(let bytes): return .message(.binary, Array(bytes))
    case .ping(let bytes): return .ping(Array(bytes))
    case .pong: return .pong
    case .close(let code, let reason): return .close(code?.rawValue, Array(reason.utf8))
    }
}
