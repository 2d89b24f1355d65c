import ServerCore

extension Client {
    /// Sends a text message.
    public func send(_ text: String) {
        var text = text
        text.withUTF8 { send(.text, UnsafeRawBufferPointer($0)) }
    }

    /// Sends a text message without making a string of it; this is what echoes without an allocation.
    public func send(_ text: UTF8Span) {
        text.span.withUnsafeBytes { send(.text, $0) }
    }

    /// Sends a binary message.
    public func send(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { send(.binary, $0) }
    }

    /// Sends a binary message.
    public func send(binary bytes: [UInt8]) {
        bytes.withUnsafeBytes { send(.binary, $0) }
    }

    /// Sends a message that is framed already, and perhaps shared with others.
    func send(_ frame: EncodedFrame) {
        guard admits(frame.count) else { return }
        stream.write(parser.deflation?.bytes(of: frame) ?? frame.shared)
    }

    private func send(_ opcode: Opcode, _ payload: UnsafeRawBufferPointer) {
        let header = FrameEncoder.header(opcode, payloadBytes: payload.count)
        guard admits(header.count + payload.count) else { return }
        if let deflation = parser.deflation, payload.count >= deflation.threshold {
            return send(opcode, payload, with: deflation)
        }
        stream.write(header, payload)
    }

    private func send(_ opcode: Opcode, _ payload: UnsafeRawBufferPointer, with deflation: Deflation) {
        deflation.withCompressed(payload) { compressed in
            let bytes = compressed ?? payload
            let header = FrameEncoder.header(opcode, payloadBytes: bytes.count, isCompressed: compressed != nil)
            stream.write(header, bytes)
        }
    }

    func writeControl(_ opcode: Opcode, _ payload: [UInt8]) {
        payload.withUnsafeBytes { stream.write(FrameEncoder.header(opcode, payloadBytes: $0.count), $0) }
    }

    /// Whether a message may join what waits; else it is dropped, and so is everything until the peer has caught up.
    ///
    /// One message is always let in where nothing waits, however large.
    private func admits(_ bytes: Int) -> Bool {
        guard phase == .open else { return false }
        if droppedMessages == 0 {
            if hasRoom(for: bytes) { return true }
            stream.sendNow()  // perhaps the peer is not slow, and only this turn wrote a lot
            if hasRoom(for: bytes) { return phase == .open }
            shard.context.report(.clientSlow(id, backlogBytes: stream.unsent))
        }
        droppedMessages += 1
        droppedBytes += bytes
        return false
    }

    private func hasRoom(for bytes: Int) -> Bool {
        let waiting = stream.unsent
        return waiting == 0 || waiting + bytes <= shard.context.limits.maxBacklogBytes
    }

    /// Tells a peer that has caught up what it missed, before anything else is sent to it.
    func tellDropped() {
        let (messages, bytes) = (droppedMessages, droppedBytes)
        (droppedMessages, droppedBytes) = (0, 0)
        send(shard.context.configuration.dropMarker(messages, bytes))
        shard.context.report(.clientRecovered(id, droppedMessages: messages, droppedBytes: bytes))
    }

    /// Stops reading from a peer that does not take what it is sent.
    func pauseReadingIfBehind() {
        guard !isPaused, phase == .open, stream.unsent > shard.context.limits.maxBacklogBytes / 2 else { return }
        isPaused = true
        stream.pauseReading()
    }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        stream.resumeReading()
    }
}
