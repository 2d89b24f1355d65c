import PlatformCore

/// One run of a `JobWorker`: takes jobs while it has room, renews their leases, and drains when told to stop.
///
/// Only the handlers run on the cooperative pool: all else has threads of its own, so that handlers that block the pool stop
/// neither a renewal nor the stopping. What may wait for the program's `onEvent` and what must not wait at all, the renewal
/// and the end of ttr, have one each.
final class WorkerEngine: Sendable {
    private struct State {
        /// Until they are settled.
        var running: [Reservation.Token: RunningJob] = [:]
        /// Those of them whose outcome is not known yet.
        var executing = 0
        /// Whether the store may have more than at the last look.
        var hasNews = true
        var isStopping = false
        /// Whether it takes no more jobs, and lets those that run take their time.
        var isFinishing = false
        var isLeaving = false
        /// Whether a job has waited in vain for a thread of the pool, and none has become free since.
        var isStalled = false
    }

    private let queue: JobQueue
    private let execution: JobExecution
    private let configuration: JobWorker.Configuration
    private let concurrency: Int
    private let channels: [Channel]
    /// Whether it ends by itself when there is nothing to do.
    private let untilEmpty: Bool
    private let settler: Settler
    private let state = Lock(State())
    /// Notified by the store, by a slot that becomes free, and to stop.
    private let signal = WakeSignal()
    /// Runs everything but handlers and `watch`'s.
    private let thread = TaskThread(name: "queue-worker")
    private let watch = TaskThread(name: "queue-watch")

    /// The longest sleep without a look at the store.
    private static let longestSleep = Duration.seconds(30)

    init(
        queue: JobQueue,
        handlers: [JobHandler],
        concurrency: Int,
        channels: [Channel],
        untilEmpty: Bool,
        configuration: JobWorker.Configuration
    ) {
        self.queue = queue
        execution = JobExecution(
            handlers: handlers,
            store: queue.store,
            grace: configuration.grace,
            thread: watch,
            emit: queue.configuration.onEvent
        )
        settler = Settler(store: queue.store)
        self.concurrency = concurrency
        self.channels = channels
        self.untilEmpty = untilEmpty
        self.configuration = configuration
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Whether no more jobs are to be begun.
    private var isEnding: Bool { state.withLock { $0.isStopping || $0.isFinishing } }

    /// Whether the end of the drain has come, and what cannot be settled now is left to the end of its lease.
    private var isLeaving: Bool { state.withLock { $0.isLeaving } }

    private var running: [RunningJob] { state.withLock { Array($0.running.values) } }

    func stop() {
        state.withLock { $0.isStopping = true }
        signal.notify()
    }

    func finish() {
        state.withLock { $0.isFinishing = true }
        signal.notify()
    }

    /// Runs until it has nothing to do or is told to stop or to finish.
    ///
    /// In a task of its own: cancelling the caller's must not cancel jobs that may still finish.
    func run() async -> Result<Void, QueueError> {
        await Task(executorPreference: thread) { [self] () async -> Result<Void, QueueError> in
            do throws(QueueError) {
                return .success(try await work())
            } catch {
                return .failure(error)
            }
        }
        .value
    }

    private func work() async throws(QueueError) {
        let endObserving = queue.store.wake.observe { [weak self] in self?.noteNews() }
        defer { endObserving() }
        let asked = ContinuousClock.now
        let reservations = try await firstLook()
        emit(.workerStarted(concurrency: concurrency))
        await start(reservations, asked: asked)
        let renewing = Task(executorPreference: watch) { [self] in await renewLeases() }
        await takeJobs()
        emit(.workerDraining(running: running.count))
        await finishJobs()
        await drain()
        renewing.cancel()
        await renewing.value
        emit(.workerStopped)
    }

    /// Looks at the store for the first time: that it cannot be used is the caller's to know, but who comes while another
    /// program holds it goes on trying, as one does that is at work.
    private func firstLook() async throws(QueueError) -> [Reservation] {
        do throws(QueueError) {
            return try await reserve(concurrency, settling: []).reserved
        } catch {
            guard error.code == .busy else { throw error }
            emit(.storeFailed(error))
            return []
        }
    }

    private func emit(_ event: QueueEvent) {
        queue.configuration.onEvent(event)
    }

    // MARK: Taking

    /// Takes jobs into what room there is, and settles those that have ended meanwhile in the same turn.
    private func takeJobs() async {
        var nextLook = ContinuousClock.now
        var wait = Duration.milliseconds(100)
        while true {
            let seen = signal.generation
            let isDue = nextLook <= .now
            let turn = state.withLock { state -> (free: Int, looks: Bool)? in
                if state.isStopping || state.isFinishing { return nil }
                let free = room(state)
                let looks = free > 0 && (state.hasNews || isDue)
                if looks { state.hasNews = false }
                return (free, looks)
            }
            guard let (free, looks) = turn else { return }
            guard looks || !settler.isEmpty else {
                // A job that ends notifies.
                if free > 0 {
                    await signal.wait(past: seen, for: nextLook - .now, on: thread)
                } else {
                    await signal.wait(past: seen)
                }
                continue
            }
            guard looks else {
                await settler.flush()
                continue
            }
            let ended = settler.take()
            let wasIdle = running.isEmpty
            let asked = ContinuousClock.now
            let taken: [Reservation]
            do throws(QueueError) {
                let answer = try await reserve(free, settling: ended.outcomes)
                ended.answer(.success(answer.settled))
                taken = answer.reserved
                wait = .milliseconds(100)
            } catch {
                ended.answer(.failure(error))
                emit(.storeFailed(error))
                nextLook = .now + wait
                wait = min(wait * 2, .seconds(5))
                continue
            }
            await start(taken, asked: asked)
            emit(.workerLooked(taken: taken.count, running: running.count))
            if untilEmpty, wasIdle, taken.isEmpty { return }
            if taken.count < free { nextLook = await .now + sleepLength() } else { noteNews() }
        }
    }

    /// There may be jobs that were not there before.
    private func noteNews() {
        state.withLock { $0.hasNews = true }
        signal.notify()
    }

    private func reserve(
        _ count: Int,
        settling outcomes: [(Reservation.Token, Outcome)]
    ) async throws(QueueError) -> (settled: [Bool], reserved: [Reservation]) {
        let (store, lease) = (queue.store, configuration.lease)
        if outcomes.isEmpty {
            return ([], try await store.reserve(max: count, channels: channels, owner: .current, lease: lease))
        }
        return try await store.settle(
            outcomes,
            reservingUpTo: count,
            channels: channels,
            owner: .current,
            lease: lease
        )
    }

    /// Until something becomes due by itself, or another process may have done something.
    private func sleepLength() async -> Duration {
        let longest = configuration.lookInterval ?? queue.store.pollInterval ?? Self.longestSleep
        do throws(QueueError) {
            guard let next = try await queue.store.nextWake() else { return longest }
            return min(max(next - .now, .milliseconds(1)), longest)
        } catch {
            emit(.storeFailed(error))
            return .milliseconds(100)
        }
    }

    /// - Parameters:
    ///   - reservations: What was lent.
    ///   - asked: When the store was asked: the leases end no sooner than one lease after that.
    private func start(_ reservations: [Reservation], asked: ContinuousClock.Instant) async {
        for job in queue.store.reclaims.take() { emit(.reclaimed(job)) }
        guard !isEnding else {
            _ = try? await queue.store.settle(reservations.map { ($0.token, .release) })
            return
        }
        for reservation in reservations {
            let job = RunningJob(reservation, leaseEnd: asked + configuration.lease)
            state.withLock { state in
                state.running[reservation.token] = job
                state.executing += 1
            }
            Task(executorPreference: thread) { [self] in
                await execute(job)
                change { $0.running[reservation.token] = nil }
            }
        }
    }

    /// How many more jobs may run: a job whose outcome is on its way to the store leaves room for another, unless the store
    /// takes long.
    private func room(_ state: State) -> Int {
        if state.isStalled { return 0 }
        return max(0, min(concurrency - state.executing, 2 * concurrency - state.running.count))
    }

    /// Notes that a job has come further, and wakes who waits for that.
    private func change(_ body: (inout State) -> Void) {
        let isAwaited = state.withLock { state in
            let wasFull = room(state) == 0
            body(&state)
            if untilEmpty, state.running.isEmpty { state.hasNews = true }
            return wasFull || state.isStopping || state.isFinishing || state.hasNews
        }
        if isAwaited { signal.notify() }
    }

    // MARK: Running

    private func execute(_ job: RunningJob) async {
        let began = ContinuousClock.now
        let outcome = await execution.outcome(of: job)
        change { $0.executing -= 1 }
        guard job.beginSettling(), await settle(job.reservation, outcome) else { return }
        execution.report(outcome, of: job.reservation, after: .now - began)
    }

    /// Tells the store, again and again if need be; false when the lease was lost or the worker ends meanwhile.
    private func settle(_ reservation: Reservation, _ outcome: Outcome) async -> Bool {
        var wait = Duration.milliseconds(100)
        while true {
            do throws(QueueError) {
                if try await settler.settle(reservation.token, outcome, isWaiting: signal.notify) { return true }
                emit(.leaseLost(JobRun(reservation)))
                return false
            } catch {
                emit(.storeFailed(error))
                if isLeaving { return false }
                await pause(wait, on: thread)
                wait = min(wait * 2, .seconds(1))
            }
        }
    }

    // MARK: Leases

    private func renewLeases() async {
        while true {
            await pause(configuration.renewal, on: watch)
            if Task.isCancelled { return }
            handBackStalled()
            let jobs = running
            if jobs.isEmpty { continue }
            let leaseEnd = ContinuousClock.now + configuration.lease
            do throws(QueueError) {
                let held = try await queue.store.extend(jobs.map(\.reservation.token), by: configuration.lease)
                for (job, isHeld) in zip(jobs, held) {
                    if isHeld { job.renewed(until: leaseEnd) } else { lost(job) }
                }
            } catch {
                emit(.storeFailed(error))
            }
        }
    }

    /// Hands back what has waited for a thread of the pool since before the last renewal, so that other workers can run
    /// it, and takes no more before a thread is free.
    private func handBackStalled() {
        let limit = ContinuousClock.now - configuration.renewal
        // All of them, hence not lazily.
        guard running.filter({ $0.since < limit && $0.handBack() }).isEmpty == false else { return }
        state.withLock { $0.isStalled = true }
        Task { [self] in change { $0.isStalled = false } }
    }

    /// Returns after a time, or when the task is cancelled.
    private func pause(_ time: Duration, on thread: TaskThread) async {
        await WakeSignal().wait(past: 0, for: time, on: thread)
    }

    /// A job that was settled while the renewal was on its way is not lost.
    private func lost(_ job: RunningJob) {
        guard state.withLock({ $0.running[job.reservation.token] != nil }), !job.isSettling else {
            return
        }
        emit(.leaseLost(JobRun(job.reservation)))
        job.cancel(.leaseLost)
    }

    // MARK: Stopping

    /// Waits for the jobs that run, if it is to finish, until it is to stop.
    private func finishJobs() async {
        while true {
            let seen = signal.generation
            flushBeside()
            if isStopping || running.isEmpty { return }
            await signal.wait(past: seen)
        }
    }

    private func drain() async {
        await waitForJobs(configuration.drain)
        for job in running { job.cancel(.stopping) }
        await waitForJobs(configuration.grace)
        state.withLock { $0.isLeaving = true }
        for job in running { job.abandon() }
        await waitForJobs(configuration.grace)
        settler.close()
        flushBeside()
    }

    private func waitForJobs(_ limit: Duration) async {
        let deadline = ContinuousClock.now + limit
        while true {
            let seen = signal.generation
            let rest = deadline - .now
            flushBeside()
            if running.isEmpty || rest <= .zero { return }
            await signal.wait(past: seen, for: rest, on: thread)
        }
    }

    /// Settles what waits for that, while the caller goes on.
    private func flushBeside() {
        if !settler.isEmpty { Task(executorPreference: thread) { [settler] in await settler.flush() } }
    }
}
