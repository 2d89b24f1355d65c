/// Keeps the store small: folds the logs of ended replies, forgets old idempotency keys, removes what has been kept for
/// long enough.
///
/// It works in small pieces with rests between them, so that nobody's question waits for it. Several processes may do so
/// on one store.
public struct Housekeeper: Sendable {
    /// What may be set; the defaults are for production.
    public struct Configuration: Sendable {
        /// What the store is to forget.
        public var rules: TidyRules
        /// How often it looks for work.
        public var interval: Duration
        /// How long it rests between two pieces of work.
        public var rest: Duration
        /// What both are measured by.
        public var clock: any Clock<Duration>
        /// Hears what happens; called from any thread, so it must not block.
        public var onEvent: @Sendable (ChatEvent) -> Void

        /// Makes a configuration.
        public init(
            rules: TidyRules = TidyRules(),
            interval: Duration = .seconds(60),
            rest: Duration = .milliseconds(20),
            clock: any Clock<Duration> = ContinuousClock(),
            onEvent: @escaping @Sendable (ChatEvent) -> Void = { _ in }
        ) {
            self.rules = rules
            self.interval = interval
            self.rest = rest
            self.clock = clock
            self.onEvent = onEvent
        }
    }

    /// How many rows one transaction changes.
    private static let piece = 200

    private let store: any ChatStore
    private let pusher: EventPusher
    private let configuration: Configuration

    /// Makes a housekeeper; it works in `run`.
    public init(store: any ChatStore, pushClient: any PushClient, configuration: Configuration = .init()) {
        self.store = store
        self.configuration = configuration
        pusher = EventPusher(pushClient, report: configuration.onEvent)
    }

    /// Tidies at once and then every interval, until its task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            await tidy()
            try? await configuration.clock.sleep(for: configuration.interval)
        }
    }

    /// Does everything that there is to do now; a failure ends it until the next time.
    package func tidy() async {
        do {
            while !Task.isCancelled {
                let tidied = try await store.tidy(configuration.rules, limit: Self.piece)
                for conversation in tidied.removed {
                    await pusher.push(ChatPush.conversationDeleted(conversation.id), toUid: conversation.uid)
                }
                if !tidied.removed.isEmpty {
                    configuration.onEvent(.conversationsExpired(count: tidied.removed.count))
                }
                if tidied.isDone { return }
                try await configuration.clock.sleep(for: configuration.rest)
            }
        } catch let error as ChatError {
            configuration.onEvent(.storeFailed(attempted: error.attempted, cause: error.cause))
        } catch {
            // Cancelled in a rest.
        }
    }
}
