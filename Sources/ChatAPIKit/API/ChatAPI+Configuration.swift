package import PlatformCore

extension ChatAPI {
    /// Whether a browser must show that a socket is its own before it is bound.
    public enum ProofPolicy: Sendable {
        /// The gateway makes a proof with this secret and sends it in its first message; a bind brings it along.
        case required(secret: String)
        /// Whoever knows a client_id can bind that socket to himself: only for trials on one's own machine.
        case notRequired
    }

    /// How much one request or user may take.
    public struct Limits: Sendable {
        /// The longest question, in bytes of UTF-8.
        public var contentBytes = 32_768
        /// The longest idempotency key, in bytes.
        public var idempotencyKeyBytes = 128
        /// The longest title of a conversation, in bytes.
        public var titleBytes = 256
        /// The longest system prompt of a conversation, in bytes.
        public var systemPromptBytes = 8_192
        /// The longest name of a model, in bytes.
        public var modelBytes = 128
        /// The longest list of conversations or messages in one answer.
        public var pageSize = 100
        /// How many questions one user may ask in a minute, edits and regenerations included; 0 is without a limit.
        ///
        /// This many at once, and then one each time that its part of the minute has passed. Each process counts for itself.
        public var sendsPerMinute = 20
        /// The same for all users behind one address.
        public var sendsPerMinutePerAddress = 120
        /// How many replies of one user may be queued or running; 0 is without a limit.
        public var runningReplies = 3
        /// How many logs one user may follow as streams at a time, in this process.
        public var streamsPerUser = 8

        /// The limits of a public site.
        public init() {}

        /// The longest body: every byte of the content may come as an escape of six.
        var bodyBytes: Int { 6 * max(contentBytes, systemPromptBytes) + 16_384 }
    }

    /// What the API serves and how.
    public struct Configuration: Sendable {
        /// Whether a bind needs a proof.
        public var proof: ProofPolicy
        /// What stands before every path, such as `/assistant`, when the API is part of a larger site.
        public var pathPrefix = ""
        /// What the page dials, `ws://` or `wss://`; nil builds it from the request's Host and `gatewayPort`.
        public var gatewayURL: String?
        /// The gateway's port where `gatewayURL` is nil.
        public var gatewayPort = 8_282
        /// Where the page gets `{"token"}` from the site it lives in: an http or https address, or a path of this host.
        public var tokenURL: String?
        /// Makes the tokens of the development sign-in; nil, as on every real site, and there is no such sign-in.
        public var developmentSignIn: JWTAuthenticator?
        /// The models that a request or a conversation may name; whatever is not here is refused.
        public var models: [String] = []
        /// Whether answers come from a simulator, so that the page says so.
        public var isModelSimulated = false
        /// Other origins whose pages may call the API, such as `https://www.example.com`; `*` is every one.
        public var allowedOrigins: [String] = []
        /// Whether the chat page is served at the prefix.
        public var servesPage = true
        /// How much one request or user may take.
        public var limits = Limits()
        /// Told what happens, from any thread: failed pushes and dispatches, a broken store; must return soon.
        public var onEvent: @Sendable (ChatEvent) -> Void = { _ in }

        /// The wall clock against which proofs are checked.
        package var clock = WallClock.system
        /// What rate limits are measured by.
        package var monotonic: @Sendable () -> ContinuousClock.Instant = { .now }
        /// How often streams of logs look at the store, all of them together.
        package var liveInterval: Duration = .milliseconds(100)
        /// After how long a silent stream gets a comment, so that nothing between takes it for dead.
        package var keepAlive: Duration = .seconds(15)
        /// Where kill tests strike.
        package var checkpoint: @Sendable (Checkpoint) async -> Void = { _ in }

        /// A configuration whose other values fit a single host.
        /// - Parameter proof: whether a bind needs a proof.
        public init(proof: ProofPolicy) {
            self.proof = proof
        }
    }
}
