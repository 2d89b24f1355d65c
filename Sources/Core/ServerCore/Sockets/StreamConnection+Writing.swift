import PlatformCore

extension StreamConnection {
    package func write(_ bytes: UnsafeRawBufferPointer) {
        guard state == .open, bytes.count > 0 else { return }
        guard mayGather(bytes.count) else { return keep(bytes) }
        arena.append(bytes, to: &chain)
        joinTurn(bytes.count)
    }

    package func write(_ head: ByteWord, _ body: UnsafeRawBufferPointer) {
        guard state == .open else { return }
        guard mayGather(head.count + body.count) else {
            head.withUnsafeBytes { keep($0) }
            return keep(body)
        }
        arena.append(head, body, to: &chain)
        joinTurn(head.count + body.count)
    }

    package func write(_ bytes: SharedBytes) {
        guard state == .open, bytes.bytes.count > 0 else { return }
        guard mayGather(arena.holds(bytes) ? 0 : bytes.bytes.count) else { return keep(bytes.bytes) }
        arena.append(bytes, to: &chain)
        joinTurn(bytes.bytes.count)
    }

    package func sendNow() {
        guard isDirty, backlog == nil else { return }
        sendChain()
    }

    /// Sends what this turn has written: one system call, unless the bytes lie in very many pieces.
    func flush() {
        isDirty = false
        guard state == .open || state == .flushing else { return }
        sendChain()
        if unsent == 0, state != .closed { flushed() }
    }

    /// The peer takes bytes again.
    func sendBacklog() {
        guard state == .open || state == .flushing, let backlog else { return }
        switch Socket.send(descriptor, backlog.bytes) {
        case .bytes(let count):
            backlog.drop(count)
            if backlog.isEmpty { self.backlog = nil }
            renewStallDeadline()
            updateInterest()
            if unsent == 0 { flushed() }
        case .wouldBlock:
            updateInterest()
        case .failed(let code):
            finish(.failed(SystemError("send to \(peer)", code: code)))
        }
    }

    /// Whether bytes may join this turn's.
    ///
    /// Not behind those that wait for the system, except under TLS, where a turn's bytes are encrypted as one piece.
    private func mayGather(_ more: Int) -> Bool {
        guard backlog == nil || tls != nil else { return false }
        guard arena.isFull(before: more) else { return true }
        loop.sendGathered()
        return state == .open && (backlog == nil || tls != nil)
    }

    /// What the system does not take waits for it to ask.
    func sendChain() {
        if let tls { return sendChain(tls) }
        while !chain.isEmpty {
            switch arena.send(chain, to: descriptor) {
            case .bytes(let count):
                arena.drop(count, of: &chain)
                chained -= count
            case .wouldBlock:
                keepChain()
            case .failed(let code):
                return finish(.failed(SystemError("send to \(peer)", code: code)))
            }
        }
        updateInterest()
    }

    private func flushed() {
        if state == .flushing { linger() } else { delegate?.drained() }
    }

    private func joinTurn(_ count: Int) {
        chained += count
        markDirty()
    }

    /// Appends behind what waits already: a slow peer, or a turn that has written too much.
    private func keep(_ bytes: UnsafeRawBufferPointer) {
        guard state == .open else { return }
        let mustFlush = backlog == nil
        keepChain()
        keepBack(bytes)
        if mustFlush {
            renewStallDeadline()
            markDirty()
        }
    }

    private func keepChain() {
        guard !chain.isEmpty else { return }
        arena.move(&chain) { keepBack($0) }
        chained = 0
        renewStallDeadline()
    }

    /// Has bytes wait for the peer, behind those that wait already.
    func keepBack(_ bytes: UnsafeRawBufferPointer) {
        let backlog = self.backlog ?? Backlog(loop.waiting)
        self.backlog = backlog
        backlog.append(bytes)
    }

    private func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        loop.dirty.append(self)
    }
}
