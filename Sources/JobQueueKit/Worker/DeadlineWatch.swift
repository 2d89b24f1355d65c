import PlatformCore

/// Cancels runs whose ttr is over, and gives up those that do not end then: with one timer, however many run.
///
/// A timer for each run would cost more than a short job does. The timer has a thread of its own, since handlers that block
/// the cooperative pool are those it is there for.
final class DeadlineWatch: Sendable {
    private struct Run {
        let job: RunningJob
        var deadline: ContinuousClock.Instant
        /// Its ttr is over, and it was cancelled.
        var isLate = false
    }

    private struct State {
        var runs: [ObjectIdentifier: Run] = [:]
        /// When the timer will look; nil: there is none.
        var next: ContinuousClock.Instant?
        var timer: TaskThread.TimerID?
    }

    /// How long a cancelled run may take to end.
    private let grace: Duration
    private let thread: TaskThread
    private let state = Lock(State())

    init(grace: Duration, thread: TaskThread) {
        self.grace = grace
        self.thread = thread
    }

    /// Has a run cancelled after its ttr, and abandoned some time later, unless `leave` comes before.
    func enter(_ job: RunningJob) {
        let deadline = ContinuousClock.now + job.reservation.options.ttr
        state.withLock { state in
            state.runs[ObjectIdentifier(job)] = Run(job: job, deadline: deadline)
            look(at: deadline, &state)
        }
    }

    func leave(_ job: RunningJob) {
        state.withLock { $0.runs[ObjectIdentifier(job)] = nil }
    }

    /// Has the timer look at a time, if it would do so later.
    private func look(at deadline: ContinuousClock.Instant, _ state: inout State) {
        if let next = state.next, next <= deadline { return }
        if let timer = state.timer { thread.cancel(timer) }
        state.next = deadline
        state.timer = thread.at(deadline) { [weak self] in self?.look() }
    }

    /// The timer of a time that has come; a run that has ended meanwhile may have asked for it.
    private func look() {
        let now = ContinuousClock.now
        let due = state.withLock { state in
            let due = state.runs.filter { $0.value.deadline <= now }
            for (id, run) in due {
                state.runs[id] = run.isLate ? nil : Run(job: run.job, deadline: now + grace, isLate: true)
            }
            (state.next, state.timer) = (nil, nil)
            if let earliest = state.runs.values.map(\.deadline).min() { look(at: earliest, &state) }
            return due.values
        }
        for run in due {
            if run.isLate { run.job.abandon() } else { run.job.cancel(.outOfTime) }
        }
    }
}
