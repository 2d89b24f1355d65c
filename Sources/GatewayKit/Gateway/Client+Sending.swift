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

    /// Sends a message.
    public func send(_ message: Message) {
        switch message {
        case .text(let text): send(text)
        case .binary(let bytes): send(binary: bytes)
        }
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
    func send(_ frame: EncodedFrame, _ slow: SlowPolicy) {
        guard admits(frame.count, slow) else { return }
        stream.write(parser.deflation?.bytes(of: frame) ?? frame.shared)
    }

    private func send(_ opcode: Opcode, _ payload: UnsafeRawBufferPointer) {
        let header = FrameEncoder.header(opcode, payloadBytes: payload.count)
        guard admits(header.count + payload.count, shard.slowPolicy) else { return }
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

    /// Whether a message may join what waits; else the peer is too slow, and it is dropped or the socket closed.
    ///
    /// Once one is dropped everything is, until the peer has caught up. Where nothing waits one message is let in, however
    /// large; in a gateway that is full, if the system takes it at once.
    private func admits(_ bytes: Int, _ slow: SlowPolicy) -> Bool {
        guard phase == .open else { return false }
        guard dropped == nil, hasRoom(for: bytes) || findsRoom(for: bytes, slow) else {
            if phase == .open { drop(bytes) }
            return false
        }
        messagesSent &+= 1
        shard.counters.messagesSent.add()
        shard.counters.bytesSent.add(bytes)
        return true
    }

    private func hasRoom(for bytes: Int) -> Bool {
        let waiting = stream.unsent
        guard waiting > 0 else {
            return bytes <= Self.alwaysAllowedAlone || !shard.context.isFull || bytes <= stream.roomInSystem
        }
        return waiting + bytes <= shard.backlogLimit && (waiting <= Self.alwaysAllowed || !shard.context.isFull)
    }

    /// Tries harder: perhaps the peer is not slow, and only this turn wrote a lot.
    private func findsRoom(for bytes: Int, _ slow: SlowPolicy) -> Bool {
        stream.sendNow()
        guard phase == .open else { return false }
        if hasRoom(for: bytes) { return true }
        shard.counters.slowClients.add()
        shard.context.report(.clientSlow(id, backlogBytes: stream.unsent))
        if slow == .close {
            shard.counters.slowClosed.add()
            close(.tryAgainLater, reason: "too slow")
        }
        return false
    }

    /// How much may wait for a client when what waits in the whole gateway has reached its limit.
    private static let alwaysAllowed = 4 << 10
    /// How large a message may be then for a client for which nothing waits, so that nobody has to ask the system.
    private static let alwaysAllowedAlone = 16 << 10

    private func drop(_ bytes: Int) {
        let dropped = self.dropped ?? DroppedMessages()
        self.dropped = dropped
        if dropped.add(bytes) { shard.noteDrop(self) }
        shard.counters.messagesDropped.add()
        shard.counters.bytesDropped.add(bytes)
    }

    /// At the end of the turn in which something was dropped.
    func noteDrops() {
        // One for which nothing waits has caught up already: nobody will say so later.
        if phase == .open, stream.unsent == 0 { tellDropped() } else { tellHandlerOfDrops() }
    }

    func tellHandlerOfDrops() {
        guard let told = dropped?.takeUntold() else { return }
        handler.dropped(messages: told.messages, bytes: told.bytes, to: self)
    }

    /// Tells a peer that has caught up what it missed, before anything else is sent to it.
    func tellDropped() {
        guard let dropped else { return }
        tellHandlerOfDrops()
        self.dropped = nil
        let marker = shard.context.configuration.dropMarker(dropped.messages, dropped.bytes)
        if !marker.isEmpty { send(marker) }
        shard.context.report(
            .clientRecovered(id, droppedMessages: dropped.messages, droppedBytes: dropped.bytes)
        )
    }

    /// Stops reading from a peer that does not take what it is sent.
    func pauseReadingIfBehind() {
        guard !isPaused, phase == .open, stream.unsent > shard.backlogLimit / 2 else { return }
        isPaused = true
        stream.pauseReading()
    }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        if !isHeld { stream.resumeReading() }
    }

    /// Stops reading from the peer for as long as the handler has enough, or reads on.
    ///
    /// What has been read already is still delivered.
    func holdReading(_ holds: Bool) {
        guard isHeld != holds else { return }
        isHeld = holds
        guard phase == .open, !isPaused else { return }
        if holds { stream.pauseReading() } else { stream.resumeReading() }
    }
}
