/// A thread that runs tasks and timers, for what has to go on while others block the cooperative pool.
///
///     let thread = TaskThread(name: "queue-worker")
///     let task = Task(executorPreference: thread) { await renewLeases() }
///
/// What such a task calls stays on the thread, but `Task.sleep` is ended by way of the pool: use `at` for waits that must
/// end in time. The thread ends with the last task and the last reference to this value.
package final class TaskThread: TaskExecutor {
    /// Names a timer that has not fired yet.
    package struct TimerID: Sendable {
        fileprivate let serial: UInt64
    }

    fileprivate struct Timers {
        var serial: UInt64 = 0
        var waiting: [UInt64: (deadline: ContinuousClock.Instant, fire: @Sendable () -> Void)] = [:]

        var next: ContinuousClock.Instant? { waiting.values.map(\.deadline).min() }

        mutating func takeDue(_ now: ContinuousClock.Instant) -> [@Sendable () -> Void] {
            let due = waiting.filter { $0.value.deadline <= now }
            for serial in due.keys { waiting[serial] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }.map(\.fire)
        }
    }

    private let inbox = BlockingQueue<@Sendable () -> Void>()
    private let timers = Lock(Timers())

    /// Starts the thread.
    package init(name: String) {
        Thread(name: name) { [inbox, timers] in Self.run(inbox, timers) }.detach()
    }

    deinit {
        inbox.close()
    }

    /// Runs a piece of a task, after those before it.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        let accepted = inbox.push { job.runSynchronously(on: executor) }
        precondition(accepted, "a thread whose task runs is not deinitialised")
    }

    /// Calls `fire` on the thread once a moment has come, unless `cancel` comes before; keep it short.
    package func at(_ deadline: ContinuousClock.Instant, _ fire: @escaping @Sendable () -> Void) -> TimerID {
        let (id, isNext) = timers.withLock { timers in
            timers.serial += 1
            let isNext = timers.next.map { deadline < $0 } ?? true
            timers.waiting[timers.serial] = (deadline, fire)
            return (TimerID(serial: timers.serial), isNext)
        }
        // Makes it look at its timers.
        if isNext { _ = inbox.push {} }
        return id
    }

    /// Forgets a timer.
    package func cancel(_ timer: TimerID) {
        timers.withLock { _ = $0.waiting.removeValue(forKey: timer.serial) }
    }

    private static func run(_ inbox: BlockingQueue<@Sendable () -> Void>, _ timers: Lock<Timers>) {
        while let work = inbox.take(until: timers.withLock({ $0.next })) {
            for piece in work { piece() }
            for fire in timers.withLock({ $0.takeDue(.now) }) { fire() }
        }
    }
}
