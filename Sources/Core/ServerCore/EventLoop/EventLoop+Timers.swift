extension EventLoop {
    /// Runs `body` on the loop after a time; on the loop only.
    ///
    /// For anything but the deadlines of connections, which one sweep looks after more cheaply. Timers that wait when the
    /// loop ends never run.
    @discardableResult
    package func schedule(after delay: Duration, _ body: @escaping () -> Void) -> TimerID {
        preconditionCurrent()
        return timers.add(at: .now + delay, body)
    }

    /// Forgets a timer; nothing happens if it has run.
    package func cancel(_ timer: TimerID) {
        preconditionCurrent()
        timers.cancel(timer)
    }

    func runTimers() {
        while let body = timers.takeDue(at: now) { body() }
    }

    /// Counts a connection that has a deadline; the sweep runs while there is one.
    func holdDeadline() {
        deadlineHolders += 1
        if sweep == nil { armSweep() }
    }

    func releaseDeadline() {
        deadlineHolders -= 1
    }

    private func armSweep() {
        sweep = timers.add(at: .now + .seconds(1)) { [unowned self] in
            sweep = nil
            let second = second
            for index in slots.indices { slots[index].handler?.sweep(at: second) }
            if deadlineHolders > 0, sweep == nil { armSweep() }
        }
    }
}
