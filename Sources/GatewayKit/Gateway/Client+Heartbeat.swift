import ServerCore

extension Client {
    /// Begins to watch for signs of life: the socket is open.
    func startHeartbeat() {
        heardAt = shard.loop.ticks
        stream.setDeadline(after: shard.context.limits.idleTimeout)
    }

    /// Time to look: a client that is silent for the idle time is asked, and one that does not answer is given up.
    func lookForLife(at now: Int64) {
        guard let idle = shard.context.limits.idleTimeout else { return }
        // Whom we do not listen to is not silent; whether it takes what it is sent, the stream looks after.
        if isPaused || isHeld { (heardAt, isPinged) = (now, false) }
        let rest = idle - EventLoop.duration(ticks: now - heardAt)
        if rest > .zero { return stream.setDeadline(after: rest) }
        guard !isPinged else {
            closeReason = "no sign of life"
            shard.counters.silentClosed.add()
            return stream.close()
        }
        isPinged = true
        askForLife()
        if phase == .open { stream.setDeadline(after: idle) }
    }

    private func askForLife() {
        shard.counters.pingsSent.add()
        switch shard.context.configuration.heartbeat {
        case .ping:
            writeControl(.ping, [])
        case .text(let text):
            send(text)
        case .pingAndText(let text):
            send(text)
            writeControl(.ping, [])
        }
    }
}
