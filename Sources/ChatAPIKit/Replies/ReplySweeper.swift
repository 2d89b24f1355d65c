/// Gives the queue the replies that it may have lost: a lost dispatch, a lost queue, a worker that died.
///
/// Dispatching is idempotent, so a reply that was not lost stays as it is.
public struct ReplySweeper: Sendable {
    /// What may be set; the defaults are for production.
    public struct Configuration: Sendable {
        /// How often it looks.
        public var interval: Duration
        /// How long a reply may be queued before it counts as lost.
        public var queuedFor: Duration
        /// How long a running reply may be untouched before it counts as lost.
        public var untouchedFor: Duration
        /// What the interval is measured by.
        public var clock: any Clock<Duration>
        /// Hears what happens; called from any thread, so it must not block.
        public var onEvent: @Sendable (ChatEvent) -> Void

        /// Makes a configuration.
        public init(
            interval: Duration = .seconds(3),
            queuedFor: Duration = .seconds(2),
            untouchedFor: Duration = .seconds(30),
            clock: any Clock<Duration> = ContinuousClock(),
            onEvent: @escaping @Sendable (ChatEvent) -> Void = { _ in }
        ) {
            self.interval = interval
            self.queuedFor = queuedFor
            self.untouchedFor = untouchedFor
            self.clock = clock
            self.onEvent = onEvent
        }
    }

    private static let pageSize = 200

    private let store: any ChatStore
    private let dispatcher: any JobDispatcher
    private let configuration: Configuration

    /// Makes a sweeper; it sweeps in `run`.
    public init(store: any ChatStore, dispatcher: any JobDispatcher, configuration: Configuration = .init()) {
        self.store = store
        self.dispatcher = dispatcher
        self.configuration = configuration
    }

    /// Sweeps at once and then every interval, until its task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            await sweep()
            try? await configuration.clock.sleep(for: configuration.interval)
        }
    }

    /// Dispatches everything that may be lost, in the order of its birth.
    ///
    /// The first failure ends the sweep: what failed for one reply fails for the others, and the next sweep is near.
    package func sweep() async {
        var count = 0
        var last: SweepCandidate?
        do {
            repeat {
                let page = try await candidates(after: last)
                for candidate in page where !Task.isCancelled {
                    guard await dispatch(candidate) else { return }
                }
                count += page.count
                last = page.count == Self.pageSize ? page.last : nil
            } while last != nil && !Task.isCancelled
            if count > 0 { configuration.onEvent(.swept(count: count)) }
        } catch {
            configuration.onEvent(.storeFailed(attempted: error.attempted, cause: error.cause))
        }
    }

    private func candidates(after last: SweepCandidate?) async throws(ChatError) -> [SweepCandidate] {
        try await store.sweepCandidates(
            queuedFor: configuration.queuedFor,
            untouchedFor: configuration.untouchedFor,
            after: last,
            limit: Self.pageSize
        )
    }

    private func dispatch(_ candidate: SweepCandidate) async -> Bool {
        do {
            try await dispatcher.dispatch(replyID: candidate.replyID, partition: candidate.conversationID)
            return true
        } catch {
            configuration.onEvent(.dispatchFailed(replyID: candidate.replyID, cause: "\(error)", requestID: nil))
            return false
        }
    }
}
