extension QueueCommands {
    /// What `run` and `listen` want of a worker: give it to `JobWorker.run(_:)`.
    public struct Work: Sendable {
        /// Whether the worker ends when nothing is ready, as for `run`, or only when it is told to, as for `listen`.
        public let endsWhenEmpty: Bool
        /// Whether the command prints what happens to jobs, so that the program need not log it too.
        public var isPrinted: Bool { screen != nil }

        let lookInterval: Duration?
        let screen: WorkScreen?

        init(endsWhenEmpty: Bool, lookInterval: Duration?, screen: WorkScreen?) {
            self.endsWhenEmpty = endsWhenEmpty
            self.lookInterval = lookInterval
            self.screen = screen
        }
    }
}

extension JobWorker {
    /// Runs jobs as a command line wants it: see `run()` and `runUntilEmpty()`.
    @concurrent
    public func run(_ work: QueueCommands.Work) async throws(QueueError) {
        let worker = told(of: work)
        let drawing = work.screen.map { screen in
            Task { [queue = worker.queue] in await screen.draw { try await queue.statistics() } }
        }
        defer {
            drawing?.cancel()
            work.screen?.end()
        }
        if work.endsWhenEmpty {
            try await worker.runUntilEmpty()
        } else {
            try await worker.run()
        }
    }

    private func told(of work: QueueCommands.Work) -> JobWorker {
        var worker = self
        if let interval = work.lookInterval { worker.configuration.lookInterval = interval }
        if let screen = work.screen {
            worker.queue.configuration.onEvent = { [tell = queue.configuration.onEvent] event in
                tell(event)
                screen.show(event)
            }
        }
        return worker
    }
}
