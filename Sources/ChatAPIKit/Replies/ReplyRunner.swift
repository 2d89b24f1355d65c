/// Runs replies: from taking an attempt, through the model's answer, to the one stored end.
///
/// ```swift
/// let runner = ReplyRunner(store: store, generator: model, pushClient: gateway, dispatcher: queue)
/// switch try await runner.run(replyID: id, jobID: job) {
/// case .done: settle(job)
/// case .snooze(let time): putBack(job, for: time)  // an earlier reply of the conversation comes first
/// }
/// ```
///
/// Made once per process and shared by all its jobs, since they share one look at the store for stopped replies. What
/// the model says is stored before it is pushed, at most once per `coalescing`. Tries are not counted here: an error is
/// a failed try, and the queue calls `giveUp` when it has had enough of them.
public struct ReplyRunner: Sendable {
    /// What may be set; the defaults are for production.
    public struct Configuration: Sendable {
        /// What every prompt begins with; empty for none.
        public var systemPrompt: String
        /// How many bytes of earlier questions and answers a prompt may carry; the oldest beyond are left out.
        public var historyLimit: Int
        /// How long the model's text is gathered before it is stored and pushed.
        public var coalescing: Duration
        /// How often a worker says that it is alive.
        public var touchInterval: Duration
        /// How long a running reply must be untouched before another job may take it.
        public var takeOverAfter: Duration
        /// How often the store is asked whether running replies were stopped.
        public var watchInterval: Duration
        /// How long a job rests while an earlier reply of its conversation has not ended.
        public var turnInterval: Duration
        /// What the intervals are measured by.
        public var clock: any Clock<Duration>
        /// Hears what happens; called from any thread, so it must not block.
        public var onEvent: @Sendable (ChatEvent) -> Void
        /// Called at the named instants; the kill tests end the process there.
        package var checkpoint: @Sendable (Checkpoint) async -> Void = { _ in }

        /// Makes a configuration.
        public init(
            systemPrompt: String = "You are a helpful assistant. Answer in the language of the question.",
            historyLimit: Int = 64 << 10,
            coalescing: Duration = .milliseconds(50),
            touchInterval: Duration = .seconds(10),
            takeOverAfter: Duration = .seconds(30),
            watchInterval: Duration = .milliseconds(200),
            turnInterval: Duration = .seconds(1),
            clock: any Clock<Duration> = ContinuousClock(),
            onEvent: @escaping @Sendable (ChatEvent) -> Void = { _ in }
        ) {
            self.systemPrompt = systemPrompt
            self.historyLimit = historyLimit
            self.coalescing = coalescing
            self.touchInterval = touchInterval
            self.takeOverAfter = takeOverAfter
            self.watchInterval = watchInterval
            self.turnInterval = turnInterval
            self.clock = clock
            self.onEvent = onEvent
        }
    }

    let store: any ChatStore
    let generator: any ReplyGenerator
    let pusher: EventPusher
    let dispatcher: any JobDispatcher
    let titles: (any TitleDispatcher)?
    let configuration: Configuration
    let watch: AttemptWatch

    /// Makes a runner; nothing runs before `run`.
    /// - Parameters:
    ///   - store: where replies live.
    ///   - generator: the model.
    ///   - pushClient: reaches the users' sockets.
    ///   - dispatcher: the queue, for replies that come first.
    ///   - titles: has a title made when an answer finished in a conversation that has none; nil for no such titles.
    ///   - configuration: what else may be set.
    public init(
        store: any ChatStore,
        generator: any ReplyGenerator,
        pushClient: any PushClient,
        dispatcher: any JobDispatcher,
        titles: (any TitleDispatcher)? = nil,
        configuration: Configuration = .init()
    ) {
        self.store = store
        self.generator = generator
        self.dispatcher = dispatcher
        self.titles = titles
        self.configuration = configuration
        pusher = EventPusher(pushClient, report: configuration.onEvent)
        watch = AttemptWatch(
            store: store,
            interval: configuration.watchInterval,
            clock: configuration.clock,
            report: configuration.onEvent
        )
    }

    /// How many pushes failed so far; the reply log has what they carried.
    public var failedPushes: Int { pusher.failures }

    /// Makes one attempt at a reply, if it may be had.
    ///
    /// A reply that ended, was stopped meanwhile, or is in other hands makes the job done. Throws when the try failed and
    /// another one makes sense, and `CancellationError` when its task is cancelled; a permanent failure is stored at
    /// once and makes the job done.
    public func run(replyID: String, jobID: String) async throws -> ReplyOutcome {
        switch try await store.takeAttempt(
            reply: replyID,
            jobID: jobID,
            takeOverAfter: configuration.takeOverAfter
        ) {
        case .taken(let attempt):
            return try await perform(attempt, jobID: jobID)
        case .ended(let ended):
            // The worker that ended it may have died before it could say so; who heard it already ignores it.
            await pusher.push(ended.row, of: ended.reply)
            return .done
        case .waiting(let earlier):
            await dispatch(earlier)
            return .snooze(configuration.turnInterval)
        case .held(let time):
            return .snooze(time)
        case .notFound:
            return .done
        }
    }

    /// Marks a reply as failed and tells its user, in the wording of its last attempt's error.
    ///
    /// For the queue, when it gives the job up and before it settles it; safe to repeat. `reason` is the queue's and goes
    /// to the log only.
    public func giveUp(replyID: String, reason: String) async throws(ChatError) {
        try await fail(replyID, attempt: nil, code: nil, cause: reason)
    }

    func fail(_ replyID: String, attempt: Int?, code: GenerationError.Code?, cause: String) async throws(ChatError) {
        switch try await store.fail(reply: replyID, attempt: attempt, code: code) {
        case .ended(let ended):
            let code = ended.reply.failure?.code ?? ""
            configuration.onEvent(
                .replyFailed(replyID: replyID, code: code, cause: cause, requestID: ended.reply.requestID)
            )
            await pusher.push(ended.row, of: ended.reply)
        case .alreadyEnded(let ended):
            await pusher.push(ended.row, of: ended.reply)
        case .fenced, .notFound:
            break
        }
    }

    private func dispatch(_ earlier: SweepCandidate) async {
        do {
            try await dispatcher.dispatch(replyID: earlier.replyID, partition: earlier.conversationID)
        } catch {
            configuration.onEvent(.dispatchFailed(replyID: earlier.replyID, cause: "\(error)", requestID: nil))
        }
    }
}

/// What a job does after a run that threw nothing.
public enum ReplyOutcome: Sendable, Hashable {
    /// Nothing is left to do.
    case done
    /// Run it again after this time; it was no failed try.
    case snooze(Duration)
}
