extension DeepSeekClient {
    /// Which server, how patient, how persistent.
    public struct Configuration: Sendable {
        /// The API's address; any OpenAI-compatible server works.
        ///
        /// `https` anywhere; plain `http` with a key only to `localhost`, `127.x.x.x` and `[::1]`.
        public var baseURL: String
        /// The address for what is in beta: prefix completion, strict tools, FIM.
        ///
        /// Nil finds it: `baseURL` with `/beta` at its end, or `baseURL` itself when that ends in `/beta` or is another
        /// server's `/v1`.
        public var betaBaseURL: String?
        /// The most time until a connection stands, name lookup and TLS included: 10 s.
        public var connectTimeout: Duration
        /// The most time from sending the request to the first piece of the answer: 10 min.
        ///
        /// Queueing counts, here for a place under `concurrencyLimit` and there: the API itself keeps a request waiting that long (with keep-alive comments) before it
        /// closes.
        public var firstByteTimeout: Duration
        /// The most time without a single byte once the head of the answer is there: 60 s.
        ///
        /// Keep-alive comments count as bytes. A few percent of long streams are reported to fall silent and stay open;
        /// this is what ends them. Raise it for servers that think in silence.
        public var idleTimeout: Duration
        /// The most time for the whole call, its retries and the consumer's own pace included: 25 min.
        public var totalTimeout: Duration
        /// How often a failed request is sent again, and after what delay.
        public var retry: RetryPolicy
        /// How many requests to models may be under way at once; give several clients of one account the same one.
        public var concurrencyLimit: ConcurrencyLimit
        /// The most bytes of one event of a stream, or of a whole answer that is not streamed: 16 MiB.
        public var maximumEventBytes: Int
        /// The most bytes of a whole stream: 256 MiB, more than twice what the longest answer can need.
        public var maximumStreamBytes: Int
        /// Whether requests that DeepSeek's API is known to refuse are refused here, before sending, with the reason.
        ///
        /// Switch it off for a server that takes more.
        public var checksRequests: Bool
        /// Sent with every request, besides those the client needs; cannot replace these.
        public var additionalHeaders: [String: String]
        /// Told about retries and ends; called from whatever thread, must be quick.
        public var onEvent: @Sendable (DeepSeekEvent) -> Void

        /// Settings; each has a sensible default.
        public init(
            baseURL: String = "https://api.deepseek.com",
            betaBaseURL: String? = nil,
            connectTimeout: Duration = .seconds(10),
            firstByteTimeout: Duration = .seconds(600),
            idleTimeout: Duration = .seconds(60),
            totalTimeout: Duration = .seconds(1500),
            retry: RetryPolicy = .init(),
            concurrencyLimit: ConcurrencyLimit = .init(),
            maximumEventBytes: Int = 16 << 20,
            maximumStreamBytes: Int = 256 << 20,
            checksRequests: Bool = true,
            additionalHeaders: [String: String] = [:],
            onEvent: @escaping @Sendable (DeepSeekEvent) -> Void = { _ in }
        ) {
            self.baseURL = baseURL
            self.betaBaseURL = betaBaseURL
            self.connectTimeout = connectTimeout
            self.firstByteTimeout = firstByteTimeout
            self.idleTimeout = idleTimeout
            self.totalTimeout = totalTimeout
            self.retry = retry
            self.concurrencyLimit = concurrencyLimit
            self.maximumEventBytes = maximumEventBytes
            self.maximumStreamBytes = maximumStreamBytes
            self.checksRequests = checksRequests
            self.additionalHeaders = additionalHeaders
            self.onEvent = onEvent
        }
    }
}
