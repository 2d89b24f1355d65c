/// A rule that a client broke, of RFC 6455 if nothing else is said, or a bound it reached; it ends the connection.
package enum Violation: Error, Sendable, Hashable, CaseIterable {
    /// 5.1: a client masks every frame.
    case notMasked
    /// 5.2: RSV bits belong to extensions, and none was agreed on.
    case reservedBits
    /// 5.2: opcodes 3-7 and B-F are reserved.
    case reservedOpcode
    /// 5.2: a length is written in the fewest bytes, and its highest bit is 0.
    case malformedLength
    /// 5.5: a control frame carries at most 125 bytes.
    case controlTooLong
    /// 5.5: a control frame is not fragmented.
    case controlFragmented
    /// 5.4: a continuation continues something.
    case nothingToContinue
    /// 5.4: a fragmented message is finished before the next begins.
    case messageInterrupted
    /// 5.5.1: a close frame is empty or begins with a code of two bytes.
    case malformedClose
    /// 7.4: only certain codes may be sent.
    case invalidCloseCode
    /// 8.1: text is UTF-8.
    case invalidUTF8
    /// RFC 7692 7.2.2: a compressed message inflates to its end.
    case malformedDeflate
    /// The message is larger than this gateway takes, inflated.
    case messageTooBig
    /// The message has more fragments than this gateway takes.
    case tooManyFragments
    /// More messages in a time than this gateway takes of one client.
    case tooManyMessages
    /// More unfinished messages in all than this gateway keeps.
    case noRoom

    /// What the close frame says about it (7.4.1).
    package var closeCode: CloseCode {
        switch self {
        case .invalidUTF8, .malformedDeflate: .invalidPayload
        case .messageTooBig, .tooManyFragments: .messageTooBig
        case .tooManyMessages: .policyViolation
        case .noRoom: .tryAgainLater
        default: .protocolError
        }
    }

    /// The reason in the close frame and in events.
    package var reason: String {
        switch self {
        case .notMasked: "frame not masked"
        case .reservedBits: "reserved bits set"
        case .reservedOpcode: "reserved opcode"
        case .malformedLength: "malformed length"
        case .controlTooLong: "control frame too long"
        case .controlFragmented: "control frame fragmented"
        case .nothingToContinue: "nothing to continue"
        case .messageInterrupted: "message interrupted by another"
        case .malformedClose: "malformed close frame"
        case .invalidCloseCode: "invalid close code"
        case .invalidUTF8: "text is not UTF-8"
        case .malformedDeflate: "compressed data is malformed"
        case .messageTooBig: "message too big"
        case .tooManyFragments: "too many fragments"
        case .tooManyMessages: "too many messages"
        case .noRoom: "no room for unfinished messages"
        }
    }
}
