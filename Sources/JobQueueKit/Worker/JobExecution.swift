import PlatformCore

/// Runs reserved jobs with their handlers and says what came of it: what a worker and a queue that runs at once share.
struct JobExecution: Sendable {
    let handlers: [String: JobHandler]
    let store: any JobStore
    let deadlines: DeadlineWatch
    let emit: @Sendable (QueueEvent) -> Void

    /// - Parameters:
    ///   - handlers: What runs them.
    ///   - store: Where they report.
    ///   - grace: How long a cancelled run may take to end.
    ///   - thread: Where what goes on is watched.
    ///   - emit: Told what happens.
    init(
        handlers: [JobHandler],
        store: any JobStore,
        grace: Duration,
        thread: TaskThread,
        emit: @escaping @Sendable (QueueEvent) -> Void
    ) {
        self.handlers = Dictionary(handlers.map { ($0.name, $0) }) { first, _ in
            preconditionFailure("two handlers for \(first.name)")
        }
        self.store = store
        deadlines = DeadlineWatch(grace: grace, thread: thread)
        self.emit = emit
    }

    /// Runs a job, or its `onFailed` when its tries are used up.
    func outcome(of job: RunningJob) async -> Outcome {
        guard let handler = handlers[job.reservation.name] else {
            return .failed(reason: "no handler for jobs named \"\(job.reservation.name)\"")
        }
        return job.reservation.exhausted ? await giveUp(job, handler) : await run(job, handler)
    }

    /// Tells what the store has taken.
    func report(_ outcome: Outcome, of reservation: Reservation, after duration: Duration) {
        let run = JobRun(reservation)
        switch outcome {
        case .done: emit(.finished(run, after: duration))
        case .failure(let reason, let wait):
            let isLast = reservation.failures + 1 >= reservation.options.attempts
            emit(
                .failed(
                    run,
                    failure(of: reservation, reason, retryAfter: isLast ? nil : wait),
                    after: duration
                )
            )
        case .giveUp(let reason):
            emit(.failed(run, failure(of: reservation, reason, retryAfter: nil), after: duration))
        case .release: emit(.released(run))
        case .snooze(let wait): emit(.snoozed(run, wait))
        case .failed(let reason): emit(.givenUp(run, reason: reason))
        }
    }

    private func failure(
        of reservation: Reservation,
        _ reason: String,
        retryAfter wait: Duration?
    ) -> QueueEvent.Failure {
        QueueEvent.Failure(
            reason: reason,
            failures: reservation.failures + 1,
            attempts: reservation.options.attempts,
            retryAfter: wait
        )
    }

    // MARK: Running

    private func run(_ job: RunningJob, _ handler: JobHandler) async -> Outcome {
        let reservation = job.reservation
        defer { deadlines.leave(job) }
        let ending = await job.run { [self] in
            emit(.started(JobRun(reservation)))
            deadlines.enter(job)
            return Outcome(try await handler.run(reservation.payload, JobContext(reservation, store: store)))
        }
        switch (ending, job.cancellation) {
        case (.returned(let outcome), _):
            return outcome
        case (.threw(let error as UnreadableJob), _):
            return .failed(reason: error.description)
        case (.threw(let error), nil):
            return failed(job, handler, error, reason: Self.text(of: error))
        case (.notBegun, _), (.threw, .stopping), (.threw, .leaseLost):
            return .release
        case (.threw(let error), .outOfTime):
            return failed(
                job,
                handler,
                error,
                reason: "ran longer than its ttr of \(reservation.options.ttr)"
            )
        case (.abandoned, .stopping):
            emit(.abandoned(JobRun(reservation)))
            return .release
        case (.abandoned, _):
            emit(.abandoned(JobRun(reservation)))
            let reason =
                "ran longer than its ttr of \(reservation.options.ttr) and did not stop when cancelled"
            return failed(job, handler, CancellationError(), reason: reason)
        }
    }

    private func giveUp(_ job: RunningJob, _ handler: JobHandler) async -> Outcome {
        let reservation = job.reservation
        let reason = reservation.lastError ?? "all attempts are used up"
        defer { deadlines.leave(job) }
        let ending = await job.run { [self] in
            deadlines.enter(job)
            try await handler.giveUp(reservation.payload, JobContext(reservation, store: store), reason)
            return .failed(reason: reason)
        }
        switch ending {
        case .returned(let outcome):
            return outcome
        case .threw(is UnreadableJob):
            return .failed(reason: reason)
        case .notBegun,
            .threw where job.cancellation == .stopping, .abandoned where job.cancellation == .stopping:
            return .release
        case .threw(let error):
            return postponed(reservation, reason: Self.text(of: error))
        case .abandoned:
            return postponed(reservation, reason: "ran longer than its ttr of \(reservation.options.ttr)")
        }
    }

    /// `onFailed` comes before the end of a job, so one that fails is called again, ever more rarely.
    private func postponed(_ reservation: Reservation, reason: String) -> Outcome {
        emit(.giveUpFailed(JobRun(reservation), reason: reason))
        let tries = max(reservation.deliveries - reservation.failures - reservation.crashes, 1)
        return .snooze(Backoff.exponential().wait(afterFailures: tries))
    }

    /// The wait is what the handler says, if it has a back-off of its own, else what the job was pushed with.
    private func failed(
        _ job: RunningJob,
        _ handler: JobHandler,
        _ error: any Error,
        reason: String
    )
        -> Outcome
    {
        let failures = job.reservation.failures + 1
        let wait =
            handler.backoff?(failures, error)
            ?? job.reservation.options.backoff.wait(afterFailures: failures)
        return .failure(reason: reason, retryAfter: wait)
    }

    private static func text(of error: any Error) -> String {
        let text = "\(error)"
        return text.utf8.count <= 1000 ? text : text.prefix(1000) + "…"
    }
}

extension Outcome {
    /// What a handler returned, as the store understands it.
    init(_ outcome: JobOutcome) {
        switch outcome {
        case .done: self = .done
        case .retry(let wait):
            self = .failure(reason: "the job asked for another try", retryAfter: wait)
        case .snooze(let wait): self = .snooze(wait)
        case .discard(let reason): self = .giveUp(reason: reason)
        }
    }
}
