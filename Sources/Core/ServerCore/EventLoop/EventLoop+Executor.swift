/// The loop as what a task prefers, for tasks that are not isolated to an actor of the loop.
///
/// The loop itself would do, but its jobs run as isolated to it, and such a task would leave and enter that isolation, by a
/// turn through the inbox, at every call of an asynchronous function.
package final class LoopTasks: TaskExecutor {
    private let inbox: LoopInbox

    init(_ inbox: LoopInbox) { self.inbox = inbox }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if !inbox.push(.task(job)) { globalConcurrentExecutor.enqueue(job) }
    }
}

extension EventLoop {
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // A loop that has ended still owes a late task its end: the global executor pays.
        if !inbox.push(.job(job)) { globalConcurrentExecutor.enqueue(job) }
    }

    package func checkIsolated() {
        preconditionCurrent()
    }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    func run(_ job: UnownedJob) {
        job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    }
}
