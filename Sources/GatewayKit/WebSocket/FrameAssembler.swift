/// What has come of a client's frames and messages that are not whole yet, for the time in which there is something.
///
/// Memory follows what arrived, not what was announced; text is checked, and compressed data inflated, as it arrives.
final class FrameAssembler {
    /// The front of a header that was cut.
    private var held = InlineArray<14, UInt8>(repeating: 0)
    private var heldCount = 0
    /// The frame whose payload is being read; nil between frames.
    private var frame: FrameHeader?
    /// The payload bytes of it that have not come yet.
    private var missing = 0
    /// The mask for the next of them.
    private var mask: UInt32 = 0
    /// Text or binary, while a message is under way.
    private var opcode: Opcode?
    private var fragments = 0
    private var gathered = GrowingBytes()
    private var utf8 = UTF8Check()
    /// While a compressed message is under way.
    private var inflater: Inflater?
    private var compressedBytes = 0
    /// A control frame's payload that was cut.
    private var control = GrowingBytes()

    /// Whether nothing is under way, so that the next frame can be read without this object.
    var isIdle: Bool { heldCount == 0 && frame == nil && opcode == nil }

    /// What the socket keeps in memory for what is under way.
    func bufferedBytes(_ deflation: Deflation?) -> Int {
        let leased = inflater.flatMap { inflater in deflation?.leasedBytes(inflater) } ?? 0
        return gathered.capacity + leased
    }

    /// Forgets what the last step handed out; nothing is under way.
    ///
    /// - Parameter kept: How much memory is kept for the next message.
    func forgetMessage(keeping kept: Int) {
        gathered.clear(keeping: kept)
    }

    /// Forgets what is under way.
    func clear(_ deflation: Deflation?) {
        heldCount = 0
        frame = nil
        opcode = nil
        releaseInflater(deflation)
    }

    /// Reads on; `needMore` when all is read and no step is complete.
    func next(
        _ input: inout ByteCursor,
        _ rules: MessageRules,
        _ deflation: Deflation?
    ) throws(Violation) -> FrameParser.Step {
        while true {
            if frame == nil {
                guard let header = try readHeader(&input, allowsCompression: deflation != nil) else { return .needMore }
                try begin(header, rules, deflation)
            }
            let current = frame!
            let step =
                current.opcode.isControl
                ? try readControl(current, &input) : try readData(current, &input, rules, deflation)
            if let step { return step }
            if missing > 0 { return .needMore }
        }
    }

    // MARK: Headers

    private func readHeader(
        _ input: inout ByteCursor,
        allowsCompression: Bool
    ) throws(Violation) -> FrameHeader? {
        if heldCount == 0 {
            let bytes = UnsafeRawBufferPointer(input.rest)
            if let header = try FrameHeader.decode(bytes, allowsCompression: allowsCompression) {
                _ = input.take(header.headerBytes)
                return header
            }
        }
        while input.count > 0 {
            held[heldCount] = input.take(1)[0]
            heldCount += 1
            if let header = try decodeHeld(allowsCompression: allowsCompression) {
                heldCount = 0
                return header
            }
        }
        return nil
    }

    private func decodeHeld(allowsCompression: Bool) throws(Violation) -> FrameHeader? {
        let bytes = held
        return try bytes.span.withUnsafeBytes { bytes throws(Violation) in
            try FrameHeader.decode(
                UnsafeRawBufferPointer(rebasing: bytes[..<heldCount]),
                allowsCompression: allowsCompression
            )
        }
    }

    private func begin(_ header: FrameHeader, _ rules: MessageRules, _ deflation: Deflation?) throws(Violation) {
        switch header.opcode {
        case .continuation:
            guard opcode != nil else { throw .nothingToContinue }  // RFC 6455 5.4
        case .text, .binary:
            guard opcode == nil else { throw .messageInterrupted }
            beginMessage(header, deflation)
        case .close, .ping, .pong:
            control.clear(keeping: 125)
        }
        if !header.opcode.isControl { try admit(header, rules) }
        frame = header
        missing = header.payloadBytes
        mask = header.mask
    }

    private func beginMessage(_ header: FrameHeader, _ deflation: Deflation?) {
        opcode = header.opcode
        fragments = 0
        utf8 = UTF8Check()
        guard header.isCompressed, let deflation else { return }
        inflater = deflation.takeInflater()
        compressedBytes = 0
    }

    /// Refuses a frame at its header, before any of it is kept.
    private func admit(_ header: FrameHeader, _ rules: MessageRules) throws(Violation) {
        fragments += 1
        guard fragments <= rules.maxFragments else { throw .tooManyFragments }
        if inflater == nil {
            guard header.payloadBytes <= rules.maxFrameBytes,
                header.payloadBytes <= rules.maxMessageBytes - gathered.count
            else { throw .messageTooBig }
        } else {
            // What does not grow by being inflated is bounded as well.
            guard header.payloadBytes <= rules.maxCompressedFrameBytes,
                header.payloadBytes <= rules.maxCompressedBytes - compressedBytes
            else { throw .messageTooBig }
            compressedBytes += header.payloadBytes
        }
    }

    // MARK: Payloads

    private func readData(
        _ header: FrameHeader,
        _ input: inout ByteCursor,
        _ rules: MessageRules,
        _ deflation: Deflation?
    ) throws(Violation) -> FrameParser.Step? {
        let known = gathered.count
        let part = takePayload(&input)
        if let inflater {
            try inflater.inflate(part, into: &gathered, limit: rules.maxMessageBytes)
        } else {
            gathered.append(part, expecting: header.isFinal ? missing : .max)
        }
        let isEnd = missing == 0 && header.isFinal
        if isEnd, let inflater {
            try inflater.finish(into: &gathered, limit: rules.maxMessageBytes)
            releaseInflater(deflation)
        }
        if opcode == .text {
            guard utf8.accept(UnsafeRawBufferPointer(rebasing: gathered.bytes[known...])) else { throw .invalidUTF8 }
        }
        guard missing == 0 else { return nil }
        frame = nil
        return isEnd ? try endMessage() : nil
    }

    private func endMessage() throws(Violation) -> FrameParser.Step {
        let isText = opcode == .text
        opcode = nil
        guard isText else { return .binary(gathered.bytes) }
        guard utf8.isComplete else { throw .invalidUTF8 }
        return .text(gathered.bytes)
    }

    private func releaseInflater(_ deflation: Deflation?) {
        if let inflater { deflation?.giveBack(inflater) }
        inflater = nil
    }

    private func readControl(_ header: FrameHeader, _ input: inout ByteCursor) throws(Violation) -> FrameParser.Step? {
        control.append(takePayload(&input))
        guard missing == 0 else { return nil }
        frame = nil
        return try FrameParser.control(header.opcode, control.bytes)
    }

    /// The next part of the frame's payload, unmasked where it lies.
    private func takePayload(_ input: inout ByteCursor) -> UnsafeRawBufferPointer {
        let part = input.take(min(missing, input.count))
        Masking.apply(mask, to: part)
        mask = Masking.rotate(mask, by: part.count)
        missing -= part.count
        return UnsafeRawBufferPointer(part)
    }
}
