import PlatformCore

/// Runs jobs in the task that pushes them, for a queue that has no worker.
struct ImmediateRunner: Sendable {
    private let store: MemoryJobStore
    private let execution: JobExecution

    init(
        store: MemoryJobStore,
        handlers: [JobHandler],
        onEvent: @escaping @Sendable (QueueEvent) -> Void
    ) {
        self.store = store
        execution = JobExecution(
            handlers: handlers,
            store: store,
            grace: .seconds(5),
            thread: TaskThread(name: "queue-watch"),
            emit: onEvent
        )
    }

    /// Runs a job until it is done, given up or snoozed, or the task is cancelled.
    ///
    /// Does nothing for one that runs already: its unique key was held.
    func run(_ id: JobID) async throws(QueueError) {
        while let reservation = store.reserve(id, owner: .current) {
            let job = RunningJob(reservation)
            let began = ContinuousClock.now
            let outcome = await withTaskCancellationHandler {
                await execution.outcome(of: job)
            } onCancel: {
                job.cancel(.stopping)
            }
            guard try await store.settle([(reservation.token, outcome)])[0] else { return }
            execution.report(outcome, of: reservation, after: .now - began)
            switch outcome {
            case .done, .failed, .snooze, .release: return
            case .failure, .giveUp: continue
            }
        }
    }
}
