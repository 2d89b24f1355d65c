/// Reads a client's frames and puts messages together (RFC 6455 5 and 8.1, RFC 7692 7.2.2).
///
/// Pure: bytes in, steps out. A message that came whole is handed on where it lies, unmasked in place and not copied;
/// what comes in parts or compressed is gathered by a `FrameAssembler`, which there is only for that time. After a
/// violation the parser is not used any more.
package struct FrameParser: ~Copyable {
    /// What the bytes so far amount to; the pointers are valid until the next call or the end of the input's life.
    package enum Step {
        /// All bytes are read and nothing is complete.
        case needMore
        /// A text message; it is UTF-8.
        case text(UnsafeRawBufferPointer)
        case binary(UnsafeRawBufferPointer)
        case ping(UnsafeRawBufferPointer)
        case pong
        /// The peer closes; nil without a code.
        case close(CloseCode?, reason: String)
    }

    private let rules: MessageRules
    /// How compressed messages are inflated; nil where permessage-deflate was not agreed on.
    package private(set) var deflation: Deflation?
    private var assembler: FrameAssembler?

    /// A parser of one socket; it costs 24 bytes while nothing is under way.
    package init(_ rules: MessageRules) { self.rules = rules }

    /// What is kept in memory of messages that are not whole.
    package var bufferedBytes: Int { assembler?.bufferedBytes(deflation) ?? 0 }

    /// From now on messages may come compressed.
    package mutating func allowCompression(_ deflation: Deflation) { self.deflation = deflation }

    /// Forgets what is not whole; nothing is read any more.
    package mutating func clear() {
        assembler?.clear(deflation)
        assembler = nil
    }

    /// Whether the next byte begins a frame, and no message is half there.
    package var isAtStart: Bool { assembler == nil }

    /// Reads on; call it until it needs more, then with the next bytes.
    package mutating func next(_ input: inout ByteCursor) throws(Violation) -> Step {
        if assembler != nil, let step = try resume(&input) { return step }
        let bytes = UnsafeRawBufferPointer(input.rest)
        guard let header = try FrameHeader.decode(bytes, allowsCompression: deflation != nil),
            header.payloadBytes <= bytes.count - header.headerBytes, !header.isCompressed, header.isFinal
        else { return input.count == 0 ? .needMore : try assemble(&input) }
        switch header.opcode {
        case .text:
            let payload = try takeMessage(header, &input)
            guard UTF8Check.isValid(payload) else { throw .invalidUTF8 }
            return .text(payload)
        case .binary: return .binary(try takeMessage(header, &input))
        case .continuation: throw .nothingToContinue  // RFC 6455 5.4
        case .ping, .pong, .close: return try Self.control(header.opcode, Self.takePayload(header, &input))
        }
    }

    /// A whole control frame.
    static func control(_ opcode: Opcode, _ payload: UnsafeRawBufferPointer) throws(Violation) -> Step {
        switch opcode {
        case .ping: .ping(payload)
        case .pong: .pong
        default: try close(payload)
        }
    }

    private static func close(_ payload: UnsafeRawBufferPointer) throws(Violation) -> Step {
        if payload.isEmpty { return .close(nil, reason: "") }
        guard payload.count >= 2 else { throw .malformedClose }  // RFC 6455 5.5.1
        let code = CloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isSendable else { throw .invalidCloseCode }
        let reason = UnsafeRawBufferPointer(rebasing: payload[2...])
        guard UTF8Check.isValid(reason) else { throw .invalidUTF8 }
        return .close(code, reason: String(decoding: reason, as: UTF8.self))
    }

    // MARK: Whole frames

    private func takeMessage(
        _ header: FrameHeader,
        _ input: inout ByteCursor
    ) throws(Violation) -> UnsafeRawBufferPointer {
        guard header.payloadBytes <= rules.maxFrameBytes else { throw .messageTooBig }
        return Self.takePayload(header, &input)
    }

    private static func takePayload(_ header: FrameHeader, _ input: inout ByteCursor) -> UnsafeRawBufferPointer {
        _ = input.take(header.headerBytes)
        let payload = input.take(header.payloadBytes)
        Masking.apply(header.mask, to: payload)
        return UnsafeRawBufferPointer(payload)
    }

    // MARK: Parts

    /// Goes on with what is under way; nil if nothing is any more.
    private mutating func resume(_ input: inout ByteCursor) throws(Violation) -> Step? {
        guard let assembler else { return nil }
        if assembler.isIdle {
            rules.giveBack(assembler)
            self.assembler = nil
            return nil
        }
        return try assembler.next(&input, rules, deflation)
    }

    private mutating func assemble(_ input: inout ByteCursor) throws(Violation) -> Step {
        let assembler = rules.takeAssembler()
        self.assembler = assembler
        return try assembler.next(&input, rules, deflation)
    }
}
