extension WorkerEngine {
    /// Runs a reserved job, or its `onFailed` when its tries are used up, and settles what came of it.
    func execute(_ job: RunningJob) async {
        let reservation = job.reservation
        let began = ContinuousClock.now
        let outcome: Outcome
        if let handler = handlers[reservation.name] {
            outcome =
                reservation.exhausted
                ? await giveUp(job, handler)
                : await run(job, handler)
        } else {
            outcome = .failed(reason: "no handler for jobs named \"\(reservation.name)\"")
        }
        guard job.beginSettling() else { return }
        guard await settle(reservation, outcome) else { return }
        report(outcome, of: reservation, after: .now - began)
    }

    // MARK: Running

    private func run(_ job: RunningJob, _ handler: JobHandler) async -> Outcome {
        let reservation = job.reservation
        let store = queue.store
        if let error = reservation.lastError, Tally.isCrashReason(error) {
            let crashes = reservation.crashes
            emit(.reclaimed(id: reservation.token.id, name: reservation.name, reason: error, crashes: crashes))
        }
        emit(.started(id: reservation.token.id, name: reservation.name, delivery: reservation.deliveries))
        let ending = await job.run(grace: configuration.grace) {
            let outcome = try await handler.run(reservation.payload, JobContext(reservation, store: store))
            return Outcome(outcome)
        }
        switch (ending, job.cancellation) {
        case (.returned(let outcome), _):
            return outcome
        case (.threw(let error as UnreadableJob), _):
            return .failed(reason: error.description)
        case (.threw(let error), nil):
            return failure(of: reservation, reason: Self.text(of: error))
        case (.threw, .stopping), (.threw, .leaseLost):
            return .release
        case (.threw, .outOfTime):
            return failure(of: reservation, reason: "ran longer than its ttr of \(reservation.options.ttr)")
        case (.abandoned, .stopping):
            emit(.abandoned(id: reservation.token.id, name: reservation.name))
            return .release
        case (.abandoned, _):
            emit(.abandoned(id: reservation.token.id, name: reservation.name))
            let reason = "ran longer than its ttr of \(reservation.options.ttr) and did not stop when cancelled"
            return failure(of: reservation, reason: reason)
        }
    }

    private func giveUp(_ job: RunningJob, _ handler: JobHandler) async -> Outcome {
        let reservation = job.reservation
        let store = queue.store
        let reason = reservation.lastError ?? "all attempts are used up"
        let ending = await job.run(grace: configuration.grace) {
            try await handler.giveUp(reservation.payload, JobContext(reservation, store: store), reason)
            return .failed(reason: reason)
        }
        switch ending {
        case .returned(let outcome):
            return outcome
        case .threw(is UnreadableJob):
            return .failed(reason: reason)
        case .threw where job.cancellation == .stopping, .abandoned where job.cancellation == .stopping:
            return .release
        case .threw(let error):
            return postponed(reservation, reason: Self.text(of: error))
        case .abandoned:
            return postponed(reservation, reason: "ran longer than its ttr of \(reservation.options.ttr)")
        }
    }

    /// `onFailed` comes before the end of a job, so one that fails is called again, ever more rarely.
    private func postponed(_ reservation: Reservation, reason: String) -> Outcome {
        emit(.giveUpFailed(id: reservation.token.id, name: reservation.name, reason: reason))
        let tries = max(reservation.deliveries - reservation.failures - reservation.crashes, 1)
        return .snooze(Backoff.exponential().wait(afterFailures: tries))
    }

    private func failure(of reservation: Reservation, reason: String) -> Outcome {
        let wait = reservation.options.backoff.wait(afterFailures: reservation.failures + 1)
        return .failure(reason: reason, retryAfter: wait)
    }

    private static func text(of error: any Error) -> String {
        let text = "\(error)"
        return text.utf8.count <= 1000 ? text : text.prefix(1000) + "…"
    }

    // MARK: Settling

    /// Tells the store, again and again if need be; false when the lease was lost or the worker ends meanwhile.
    private func settle(_ reservation: Reservation, _ outcome: Outcome) async -> Bool {
        var wait = Duration.milliseconds(100)
        while true {
            do throws(QueueError) {
                if try await queue.store.settle([(reservation.token, outcome)])[0] { return true }
                emit(.leaseLost(id: reservation.token.id, name: reservation.name))
                return false
            } catch {
                emit(.storeFailed(error))
                if isLeaving { return false }
                try? await Task.sleep(for: wait)
                wait = min(wait * 2, .seconds(1))
            }
        }
    }

    private func report(_ outcome: Outcome, of reservation: Reservation, after duration: Duration) {
        let id = reservation.token.id
        let name = reservation.name
        switch outcome {
        case .done: emit(.finished(id: id, name: name, after: duration))
        case .failure(let reason, let wait): reportFailure(of: reservation, reason: reason, retryAfter: wait)
        case .giveUp(let reason): reportFailure(of: reservation, reason: reason, retryAfter: .zero)
        case .release: emit(.released(id: id, name: name))
        case .snooze(let wait): emit(.snoozed(id: id, name: name, wait))
        case .failed(let reason): emit(.givenUp(id: id, name: name, reason: reason))
        }
    }

    private func reportFailure(of reservation: Reservation, reason: String, retryAfter wait: Duration) {
        emit(
            .failed(
                id: reservation.token.id,
                name: reservation.name,
                reason: reason,
                failures: reservation.failures + 1,
                attempts: reservation.options.attempts,
                retryAfter: wait
            )
        )
    }
}

extension Outcome {
    /// What a handler returned, as the store understands it.
    init(_ outcome: JobOutcome) {
        switch outcome {
        case .done: self = .done
        case .retry(let wait): self = .failure(reason: "the job asked for another try", retryAfter: wait)
        case .snooze(let wait): self = .snooze(wait)
        case .discard(let reason): self = .giveUp(reason: reason)
        }
    }
}
