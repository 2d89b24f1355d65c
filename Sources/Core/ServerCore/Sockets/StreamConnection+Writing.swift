import PlatformCore

extension StreamConnection {
    package func write(_ bytes: UnsafeRawBufferPointer) {
        guard state == .open, bytes.count > 0 else { return }
        if backlog.isEmpty, loop.arena.append(bytes, to: &chain) { return joinTurn(bytes.count) }
        keep(bytes)
    }

    package func write(_ bytes: SharedBytes) {
        guard state == .open, bytes.bytes.count > 0 else { return }
        if backlog.isEmpty, loop.arena.append(bytes, to: &chain) { return joinTurn(bytes.bytes.count) }
        keep(bytes.bytes)
    }

    package func sendNow() {
        guard isDirty else { return }
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
        guard state == .open || state == .flushing, !backlog.isEmpty else { return }
        switch Socket.send(descriptor, backlog.bytes) {
        case .bytes(let count):
            backlog.drop(count)
            renewStallDeadline()
            updateInterest()
            if backlog.isEmpty { flushed() }
        case .wouldBlock:
            updateInterest()
        case .failed(let code):
            finish(.failed(SystemError("send to \(peer)", code: code)))
        }
    }

    /// What the system does not take waits for it to ask.
    private func sendChain() {
        while !chain.isEmpty {
            switch loop.arena.send(chain, to: descriptor) {
            case .bytes(let count):
                loop.arena.drop(count, of: &chain)
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
        let mustFlush = backlog.isEmpty
        keepChain()
        backlog.append(bytes)
        if mustFlush {
            renewStallDeadline()
            markDirty()
        }
    }

    private func keepChain() {
        guard !chain.isEmpty else { return }
        loop.arena.move(&chain, to: &backlog)
        chained = 0
        renewStallDeadline()
    }

    private func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        loop.dirty.append(self)
    }
}
