import GatewayKit

extension FuzzTarget {
    /// A client's frames: wherever they are cut, the parser says what RFC 6455 says.
    static let frames = FuzzTarget(name: "frames") { input in
        for limit in [1 << 20, 40] {
            let expected = framesByTheBook(input, maxMessageBytes: limit)
            let whole = readFrames([input[...]], maxMessageBytes: limit)
            promise(whole == expected, "read at once:\n\(whole)\nby the book:\n\(expected)")
            let inParts = readFrames(parts(of: input), maxMessageBytes: limit)
            promise(inParts == expected, "read in parts:\n\(inParts)\nby the book:\n\(expected)")
        }
    }
}

/// What frames amount to; which rule was broken is not compared, since several may be at once.
enum FrameEvent: Equatable {
    case message(Opcode, [UInt8])
    case ping([UInt8])
    case pong
    case close(UInt16?, [UInt8])
    case violation
}

private func readFrames(_ parts: [ArraySlice<UInt8>], maxMessageBytes: Int) -> [FrameEvent] {
    var parser = FrameParser(MessageRules(maxMessageBytes: maxMessageBytes))
    var events: [FrameEvent] = []
    for part in parts {
        let isIntact = withExactCopy(of: part) { memory in
            var cursor = ByteCursor(memory)
            do throws(Violation) {
                while let event = FrameEvent(try parser.next(&cursor)) { events.append(event) }
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

extension FrameEvent {
    /// Nil when the parser wants more.
    init?(_ step: FrameParser.Step) {
        switch step {
        case .needMore: return nil
        case .text(let bytes): self = .message(.text, Array(bytes))
        case .binary(let bytes): self = .message(.binary, Array(bytes))
        case .ping(let bytes): self = .ping(Array(bytes))
        case .pong: self = .pong
        case .close(let code, let reason): self = .close(code?.rawValue, Array(reason.utf8))
        }
    }
}
