extension QueueCommands {
    /// How many failed jobs are touched in one step of the store.
    private static let step = 256

    func listFailed(_ queue: JobQueue) async throws {
        let jobs = try await queue.failed(limit: 50)
        guard !jobs.isEmpty else { return output("No failed jobs.\n") }
        let rows = jobs.map { job in
            [
                job.id.description, job.channel.name, job.name, Self.age(.now - job.failedAt) + " ago",
                Self.short(job.reason),
            ]
        }
        output(Self.table([["id", "channel", "name", "failed", "reason"]] + rows))
        let count = try await queue.statistics().failed
        if count > jobs.count { output("… the latest \(jobs.count) of \(count).\n") }
    }

    func showFailed(_ id: JobID, _ queue: JobQueue) async throws {
        let job = try await queue.store.failed(id)
        output(
            """
            id: \(job.id)
            name: \(Self.plain(job.name))
            channel: \(Self.plain(job.channel.name))
            pushed: \(Self.age(.now - job.pushedAt)) ago
            failed: \(Self.age(.now - job.failedAt)) ago
            deliveries: \(job.deliveries), failures: \(job.failures), crashes: \(job.crashes)
            reason: \(Self.plain(job.reason))
            payload: \(Self.plain(String(decoding: job.payload, as: UTF8.self)))

            """
        )
    }

    func retry(_ jobs: FailedJobs, _ queue: JobQueue) async throws {
        var retried = 0
        var isComplete = true
        for ids in try await steps(jobs, queue) {
            for (id, result) in zip(ids, try await queue.store.retryFailed(ids)) {
                switch result {
                case .retried:
                    retried += 1
                case .keyHeld(let holder):
                    errors("Job \(id) stays failed: job \(holder) has its unique key.\n")
                    isComplete = false
                case .damaged:
                    errors("Job \(id) stays failed: what is stored of it is damaged; use failed forget \(id).\n")
                    isComplete = false
                case .unknown:
                    errors("Job \(id) is not among the failed.\n")
                    isComplete = false
                }
            }
        }
        output("Retried \(Self.jobs(retried)).\n")
        if !isComplete { throw NotDone() }
    }

    func forget(_ jobs: FailedJobs, _ request: Request, _ queue: JobQueue) async throws {
        let steps = try await steps(jobs, queue)
        let count = steps.reduce(0) { $0 + $1.count }
        guard count > 0 else { return output("No failed jobs.\n") }
        try ask("Drop \(Self.jobs(count, "failed")) for good?", request)
        var forgotten = 0
        for ids in steps {
            for (id, isForgotten) in zip(ids, try await queue.store.forgetFailed(ids)) {
                if isForgotten { forgotten += 1 } else { errors("Job \(id) is not among the failed.\n") }
            }
        }
        output("Forgot \(Self.jobs(forgotten)).\n")
        if forgotten < count { throw NotDone() }
    }

    /// The jobs that are meant, some at a time, those that failed first before the later ones.
    private func steps(_ jobs: FailedJobs, _ queue: JobQueue) async throws -> [[JobID]] {
        let ids: [JobID] =
            switch jobs {
            case .all: try await queue.store.failedIDs().reversed()
            case .these(let ids): ids
            }
        return stride(from: 0, to: ids.count, by: Self.step).map { Array(ids[$0..<min($0 + Self.step, ids.count)]) }
    }

    private static func short(_ reason: String) -> String {
        let line = reason.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return line.count <= 60 ? line : line.prefix(59) + "…"
    }
}
