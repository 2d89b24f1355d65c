/// Reads a client's frames and puts messages together (RFC 6455 5 and 8.1).
///
/// Pure: bytes in, steps out. A message that came whole is handed on where it lies, unmasked in place and not copied;
/// one that came in parts is gathered, at most `maxMessageBytes` of it, and its text is checked as it arrives. After a
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

    private let maxMessageBytes: Int
    /// The frame whose payload is being read; nil between frames.
    private var frame: FrameHeader?
    /// The payload bytes of it that have not come yet.
    private var missing = 0
    /// The mask for the next of them.
    private var mask: UInt32 = 0
    /// The front of a header that was cut.
    private var held = InlineArray<14, UInt8>(repeating: 0)
    private var heldCount = 0
    /// Text or binary, while a message is being gathered.
    private var gathering: Opcode?
    private var gathered = GrowingBytes()
    private var utf8 = UTF8Check()
    /// A control frame's payload that was cut.
    private var control = GrowingBytes()
    /// Whether the last step handed out `gathered` or `control`.
    private var hasHandedOut = false

    /// - Parameter maxMessageBytes: The largest message taken, however many frames it has.
    package init(maxMessageBytes: Int) { self.maxMessageBytes = maxMessageBytes }

    /// Whether the next byte begins a frame, and no message is half there.
    var isAtStart: Bool { frame == nil && heldCount == 0 && gathering == nil && !hasHandedOut }

    /// Reads on; call it until it needs more, then with the next bytes.
    package mutating func next(_ input: inout ByteCursor) throws(Violation) -> Step {
        if hasHandedOut { forgetHandedOut() }
        while true {
            if frame == nil {
                guard let header = try readHeader(&input) else { return .needMore }
                try begin(header)
            }
            let current = frame!
            let step = current.opcode.isControl ? try readControl(current, &input) : try readData(current, &input)
            if let step { return step }
            if missing > 0 { return .needMore }
        }
    }

    // MARK: Headers

    private mutating func readHeader(_ input: inout ByteCursor) throws(Violation) -> FrameHeader? {
        if heldCount == 0 {
            if let header = try FrameHeader.decode(UnsafeRawBufferPointer(input.rest)) {
                _ = input.take(header.headerBytes)
                return header
            }
        }
        while input.count > 0 {
            held[heldCount] = input.take(1)[0]
            heldCount += 1
            if let header = try decodeHeld() {
                heldCount = 0
                return header
            }
        }
        return nil
    }

    private func decodeHeld() throws(Violation) -> FrameHeader? {
        let span = held.span
        return try span.withUnsafeBytes { bytes throws(Violation) in
            try FrameHeader.decode(UnsafeRawBufferPointer(rebasing: bytes[..<heldCount]))
        }
    }

    private mutating func begin(_ header: FrameHeader) throws(Violation) {
        switch header.opcode {
        case .continuation:
            guard gathering != nil else { throw .nothingToContinue }  // RFC 6455 5.4
        case .text, .binary:
            guard gathering == nil else { throw .messageInterrupted }
        case .close, .ping, .pong:
            break
        }
        if !header.opcode.isControl {
            guard header.payloadBytes <= maxMessageBytes - gathered.count else { throw .messageTooBig }
        }
        frame = header
        missing = header.payloadBytes
        mask = header.mask
    }

    // MARK: Payloads

    private mutating func readData(
        _ header: FrameHeader,
        _ input: inout ByteCursor
    ) throws(Violation) -> Step? {
        if header.isFinal, gathering == nil, input.count >= missing {
            let payload = takePayload(&input)
            frame = nil
            return try message(header.opcode, payload)
        }
        if gathering == nil { gathering = header.opcode }
        let payload = takePayload(&input)
        if gathering == .text, !utf8.accept(payload) { throw .invalidUTF8 }
        gathered.append(payload)
        guard missing == 0 else { return nil }
        frame = nil
        return header.isFinal ? try finishGathered() : nil
    }

    private func message(_ opcode: Opcode, _ payload: UnsafeRawBufferPointer) throws(Violation) -> Step {
        guard opcode == .text else { return .binary(payload) }
        guard UTF8Check.isValid(payload) else { throw .invalidUTF8 }
        return .text(payload)
    }

    private mutating func finishGathered() throws(Violation) -> Step {
        let opcode = gathering
        guard utf8.isComplete else { throw .invalidUTF8 }
        gathering = nil
        hasHandedOut = true
        return opcode == .text ? .text(gathered.bytes) : .binary(gathered.bytes)
    }

    private mutating func readControl(
        _ header: FrameHeader,
        _ input: inout ByteCursor
    ) throws(Violation) -> Step? {
        let isWhole = control.count == 0 && input.count >= missing
        let part = takePayload(&input)
        if !isWhole { control.append(part) }
        guard missing == 0 else { return nil }
        frame = nil
        hasHandedOut = !isWhole
        let payload = isWhole ? part : control.bytes
        switch header.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong
        default: return try close(payload)
        }
    }

    private func close(_ payload: UnsafeRawBufferPointer) throws(Violation) -> Step {
        if payload.isEmpty { return .close(nil, reason: "") }
        guard payload.count >= 2 else { throw .malformedClose }  // RFC 6455 5.5.1
        let code = CloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isSendable else { throw .invalidCloseCode }
        let reason = UnsafeRawBufferPointer(rebasing: payload[2...])
        guard UTF8Check.isValid(reason) else { throw .invalidUTF8 }
        return .close(code, reason: String(decoding: reason, as: UTF8.self))
    }

    /// The next part of the frame's payload, unmasked where it lies.
    private mutating func takePayload(_ input: inout ByteCursor) -> UnsafeRawBufferPointer {
        let part = input.take(min(missing, input.count))
        Masking.apply(mask, to: part)
        mask = Masking.rotate(mask, by: part.count)
        missing -= part.count
        return UnsafeRawBufferPointer(part)
    }

    private mutating func forgetHandedOut() {
        hasHandedOut = false
        if gathering == nil {
            gathered.clear()
            utf8 = UTF8Check()
        }
        control.clear()
    }
}
