import PlatformCore

extension StreamConnection {
    /// Whether the TLS handshake is still to be done.
    var isSecuring: Bool { tls.map { !$0.isEstablished } ?? false }

    /// Begins the handshake.
    func begin(_ tls: TLSSession) {
        tls.begin()
        transmit(tls)
    }

    /// Takes what the socket has, all of it decrypted in one go.
    func receive(_ tls: TLSSession) {
        switch Socket.receive(descriptor, into: tls.buffers.input) {
        case .bytes(0):
            if isSecuring { finish(.peerLeft) } else { peerHasEnded() }
        case .bytes(let count):
            open(UnsafeRawBufferPointer(rebasing: tls.buffers.input[..<count]), tls)
        case .wouldBlock:
            return
        case .failed(let code):
            finish(.failed(SystemError("receive", code: code)))
        }
    }

    /// Encrypts and sends what this turn has written; before the handshake is done it waits for that.
    func sendChain(_ tls: TLSSession) {
        guard !chain.isEmpty else { return }
        if tls.isEstablished {
            arena.withContiguous(chain) { seal($0, tls) }
            chain = WriteArena.Chain()
        } else {
            arena.move(&chain) { tls.early.append($0) }
            renewStallDeadline()
        }
        chained = 0
    }

    /// Ends our direction of the TLS session; false while that waits to be sent, or when the connection has closed.
    func sayGoodbye(_ tls: TLSSession) -> Bool {
        guard tls.isEstablished else {
            finish(.closed)
            return false
        }
        if !tls.hasSaidGoodbye {
            tls.sayGoodbye()
            transmit(tls)
        }
        return state != .closed && backlog == nil
    }

    private func open(_ received: UnsafeRawBufferPointer, _ tls: TLSSession) {
        let wasSecuring = isSecuring
        let opened = tls.open(received, into: loop.receiveBuffer)
        transmit(tls)
        if wasSecuring, tls.isEstablished { handshakeDone(tls) }
        if opened.count > 0 { deliver(opened.count) }
        if let failure = opened.failure {
            let wording = SystemError("decrypt what \(peer) sent (\(failure))", code: SystemError.protocolError)
            finish(isSecuring ? .handshakeFailed(failure) : .failed(wording))
        } else if opened.hasEnded, !hasPeerEnded {
            peerHasEnded()
        }
    }

    private func handshakeDone(_ tls: TLSSession) {
        guard state != .closed else { return }
        if !tls.early.isEmpty {
            seal(tls.early.bytes, tls)
            tls.early.removeAll()
        }
        guard state != .closed else { return }
        renewStallDeadline()
        if state == .flushing, unsent == 0 { linger() }
    }

    private func seal(_ bytes: UnsafeRawBufferPointer, _ tls: TLSSession) {
        guard tls.seal(bytes) else {
            return finish(.failed(SystemError("encrypt for \(peer)", code: SystemError.protocolError)))
        }
        transmit(tls)
    }

    /// Sends what the session has made, behind what waits; what the system does not take waits for it to ask.
    private func transmit(_ tls: TLSSession) {
        var rest = tls.buffers.output
        guard !rest.isEmpty, state != .closed else { return tls.buffers.clear() }
        if backlog == nil {
            switch Socket.send(descriptor, rest) {
            case .bytes(let count): rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            case .wouldBlock: break
            case .failed(let code):
                tls.buffers.clear()
                return finish(.failed(SystemError("send to \(peer)", code: code)))
            }
        }
        if !rest.isEmpty {
            let mustWatch = backlog == nil
            keepBack(rest)
            if mustWatch { renewStallDeadline() }
        }
        tls.buffers.clear()
        updateInterest()
    }
}
