package import ServerCore

extension Client: ByteStreamDelegate {
    package func received(_ bytes: UnsafeMutableRawBufferPointer) {
        let now = shard.loop.ticks
        heardAt = now
        isPinged = false
        var input = ByteCursor(bytes)
        if phase == .handshaking { shakeHands(&input) }
        if phase == .open || phase == .closing {
            let unfinished = parser.bufferedBytes
            readFrames(&input, at: now)
            let growth = parser.bufferedBytes - unfinished
            if growth != 0 { count(unfinished: growth) }
        }
        pauseReadingIfBehind()
    }

    package func drained() {
        guard phase == .open else { return }
        tellDropped()
        resumeReading()
    }

    package func peerEnded() {
        if phase == .open { shard.leave(self) }
        if phase != .handshaking { phase = .done }
        stream.closeAfterFlush()
    }

    package func deadlinePassed() {
        switch phase {
        case .handshaking: refuse(.timedOut)
        case .open: lookForLife(at: shard.loop.ticks)
        case .closing, .done: stream.close()
        }
    }

    package func closed(_ end: StreamEnd) {
        let wasOpen = opening == nil
        opening?.decision?.cancel()
        if phase == .open { shard.leave(self) }
        phase = .done
        forgetUnfinished()
        if wasOpen { tellHandlerOfDrops() }
        shard.bury(self)
        if case .handshakeFailed(let reason) = end {
            shard.counters.tlsFailures.add()
            shard.context.report(.tlsFailed(peer: peerAddress, reason: reason))
        }
        guard wasOpen else { return }
        handler.closed(self, code: closeCode, reason: closeReason)
        shard.context.report(.clientClosed(id, code: Int(closeCode.rawValue), reason: closeReason))
    }

    // MARK: Frames

    private func readFrames(_ input: inout ByteCursor, at now: Int64) {
        do throws(Violation) {
            while phase == .open || phase == .closing {
                if parser.isAtStart, let frame = WholeFrame.take(&input, limit: shard.rules.maxFrameBytes) {
                    try admit(at: now)
                    try deliver(frame)
                    continue
                }
                let step = try parser.next(&input)
                if case .needMore = step { return }
                try admit(at: now)
                switch step {
                case .needMore, .pong: break
                case .text(let bytes): deliver(bytes, isText: true)
                case .binary(let bytes): deliver(bytes, isText: false)
                case .ping(let payload): answerPing(payload)
                case .close(let code, let reason): peerCloses(code, reason)
                }
            }
        } catch {
            fail(error)
        }
    }

    @inline(__always)
    private func admit(at now: Int64) throws(Violation) {
        guard shard.rate.admits(&allowance, at: now) else { throw .tooManyMessages }
    }

    @inline(__always)
    private func deliver(_ frame: WholeFrame) throws(Violation) {
        guard !frame.isText || UTF8Check.isValid(frame.payload) else { throw .invalidUTF8 }
        deliver(frame.payload, isText: frame.isText)
    }

    /// Gives the handler a message; a text has been checked.
    @inline(__always)
    private func deliver(_ payload: UnsafeRawBufferPointer, isText: Bool) {
        guard phase == .open else { return }
        messagesReceived &+= 1
        shard.counters.messagesReceived.add()
        shard.counters.bytesReceived.add(payload.count)
        guard isText else { return handler.binary(payload.bytes, from: self) }
        payload.withMemoryRebound(to: UInt8.self) { bytes in
            handler.text(UTF8Span(unchecked: bytes.span), from: self)
        }
    }

    /// RFC 6455 5.5.3: a pong carries the ping's payload; one to a peer that does not read would only pile up.
    private func answerPing(_ payload: UnsafeRawBufferPointer) {
        guard phase == .open, stream.unsent <= shard.backlogLimit else { return }
        stream.write(FrameEncoder.header(.pong, payloadBytes: payload.count), payload)
    }

    /// RFC 6455 5.5.1 and 7.1.1: a close frame is answered with its code, and then the server ends the connection.
    private func peerCloses(_ code: CloseCode?, _ reason: String) {
        if phase == .open {
            say(code ?? .noStatus, "")
            closeReason = reason
        }
        phase = .done
        stream.closeAfterFlush()
    }

    /// RFC 6455 7.1.7: tells what was wrong and ends the connection.
    private func fail(_ violation: Violation) {
        if phase == .open {
            shard.counters.count(violation)
            say(violation.closeCode, violation.reason)
        }
        phase = .done
        stream.closeAfterFlush()
    }

    // MARK: Unfinished messages

    /// Notes what messages that have come in part take up; in a gateway that is full nobody may begin one.
    private func count(unfinished growth: Int) {
        shard.loop.waiting.add(growth)
        guard growth > 0, shard.context.isFull, phase == .open || phase == .closing else { return }
        fail(.noRoom)
        forgetUnfinished()
    }

    private func forgetUnfinished() {
        let unfinished = parser.bufferedBytes
        guard unfinished > 0 else { return }
        parser.clear()
        shard.loop.waiting.add(-unfinished)
    }
}
