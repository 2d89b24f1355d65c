package import ServerCore

extension Client: ByteStreamDelegate {
    package func received(_ bytes: UnsafeMutableRawBufferPointer) {
        isHeard = true
        var input = ByteCursor(bytes)
        if phase == .handshaking { shakeHands(&input) }
        if phase == .open || phase == .closing { readFrames(&input) }
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
        case .open: lookForLife()
        case .closing, .done: stream.close()
        }
    }

    package func closed(_ end: StreamEnd) {
        let wasOpen = opening == nil
        opening?.decision?.cancel()
        if phase == .open { shard.leave(self) }
        phase = .done
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

    private func readFrames(_ input: inout ByteCursor) {
        do throws(Violation) {
            while phase == .open || phase == .closing {
                if parser.isAtStart, let frame = WholeFrame.take(&input, limit: shard.rules.maxFrameBytes) {
                    try deliver(frame)
                    continue
                }
                switch try parser.next(&input) {
                case .needMore: return
                case .text(let bytes): if phase == .open { deliver(text: bytes) }
                case .binary(let bytes): if phase == .open { handler.binary(bytes.bytes, from: self) }
                case .ping(let payload): answerPing(payload)
                case .pong: break
                case .close(let code, let reason): peerCloses(code, reason)
                }
            }
        } catch {
            fail(error)
        }
    }

    private func deliver(_ frame: WholeFrame) throws(Violation) {
        guard !frame.isText || UTF8Check.isValid(frame.payload) else { throw .invalidUTF8 }
        guard phase == .open else { return }
        if frame.isText { deliver(text: frame.payload) } else { handler.binary(frame.payload.bytes, from: self) }
    }

    private func deliver(text: UnsafeRawBufferPointer) {
        text.withMemoryRebound(to: UInt8.self) { bytes in
            handler.text(UTF8Span(unchecked: bytes.span), from: self)  // the parser has checked it
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
        if phase == .open { say(violation.closeCode, violation.reason) }
        phase = .done
        stream.closeAfterFlush()
    }

    // MARK: Life

    /// The idle time has passed: a peer that was silent is pinged, and one that was pinged is given up.
    private func lookForLife() {
        if isHeard || isPaused || isHeld {
            isPinged = false
        } else if isPinged {
            closeReason = "no sign of life"
            return stream.close()
        } else {
            isPinged = true
            writeControl(.ping, [])
        }
        isHeard = false
        stream.setDeadline(after: shard.context.limits.idleTimeout)
    }
}
