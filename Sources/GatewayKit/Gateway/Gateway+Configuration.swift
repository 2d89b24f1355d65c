extension Gateway {
    /// How a gateway is set up; everything but `listen` has a default that suits a server of one's own.
    public struct Configuration: Sendable {
        /// Where browsers connect: `127.0.0.1:8282`, `[::1]:0`, `:8282` for every address; port 0 takes a free one.
        public var listen: String
        /// Where other processes push in, by GatewayWorker's inner protocol; nil: nowhere.
        public var innerListen: String?
        /// The IPv4 address and port by which others reach the inner port; nil: `innerListen` itself.
        public var innerAdvertise: String?
        /// The Registers that are told of the inner port, as `host:port`.
        public var registers: [String]
        /// What the processes of an installation share; guards the inner port and signs the socket's proof.
        public var secret: String
        /// Whether the inner port may listen beyond this machine without a secret, so that anyone who reaches it can push.
        public var isInsecureAllowed: Bool
        /// Event loops, a thread each; one suffices for an application that embeds the gateway beside its own work.
        public var loops: Int
        /// How long a socket stays bound before it is closed with 4401, to sign in anew; nil: for ever.
        public var bindLifetime: Duration?
        /// The origins that may connect, as browsers write them (`https://example.org`); nil: any.
        ///
        /// Any is safe as long as nothing about a socket rests on cookies: an unbound socket has no authority.
        public var allowedOrigins: [String]?
        /// Bounds of memory and time.
        public var limits: Limits
        /// The text sent first to a client that has caught up after messages to it were dropped.
        public var dropMarker: @Sendable (_ messages: Int, _ bytes: Int) -> String
        /// Hears what happens, on an event loop's thread, so it must not block; nil: nobody, at no cost.
        public var onEvent: (@Sendable (GatewayEvent) -> Void)?
        /// The times of the announcement to the Registers.
        package var registerTiming = RegisterTiming()
        /// How long a connection to the inner port may stay without the secret.
        package var innerTimeout: Duration = .seconds(10)

        /// A configuration; see the properties for what each is for.
        public init(
            listen: String,
            innerListen: String? = nil,
            innerAdvertise: String? = nil,
            registers: [String] = [],
            secret: String = "",
            isInsecureAllowed: Bool = false,
            loops: Int = 1,
            bindLifetime: Duration? = nil,
            allowedOrigins: [String]? = nil,
            limits: Limits = Limits(),
            dropMarker: @escaping @Sendable (_ messages: Int, _ bytes: Int) -> String = { messages, _ in
                #"{"type":"resync","dropped":\#(messages)}"#
            },
            onEvent: (@Sendable (GatewayEvent) -> Void)? = nil
        ) {
            self.listen = listen
            self.innerListen = innerListen
            self.innerAdvertise = innerAdvertise
            self.registers = registers
            self.secret = secret
            self.isInsecureAllowed = isInsecureAllowed
            self.loops = loops
            self.bindLifetime = bindLifetime
            self.allowedOrigins = allowedOrigins
            self.limits = limits
            self.dropMarker = dropMarker
            self.onEvent = onEvent
        }
    }

    /// Bounds that keep a gateway's memory and a dead socket's life finite.
    public struct Limits: Sendable, Hashable {
        /// The largest message a client may send, in bytes (1 MiB); a larger one closes its socket with 1009.
        public var maxMessageBytes: Int
        /// How many bytes may wait for one client (1 MiB); beyond it whole messages are dropped and it is told so.
        public var maxBacklogBytes: Int
        /// How many sockets there may be in all (100,000); further connections are closed at once.
        public var maxConnections: Int
        /// How long a connection may take from its first byte to the end of the handshake (10 s).
        public var handshakeTimeout: Duration
        /// After how long without a sign of life a client is pinged (55 s; nil: never).
        ///
        /// After twice that time it is closed.
        public var idleTimeout: Duration?
        /// How long a closing handshake may take before the connection is cut (5 s).
        public var closeTimeout: Duration
        /// How long `run()` waits, once cancelled, for clients to take what waits for them and leave (5 s).
        public var drainTimeout: Duration

        /// Limits; each default is named at its property.
        public init(
            maxMessageBytes: Int = 1 << 20,
            maxBacklogBytes: Int = 1 << 20,
            maxConnections: Int = 100_000,
            handshakeTimeout: Duration = .seconds(10),
            idleTimeout: Duration? = .seconds(55),
            closeTimeout: Duration = .seconds(5),
            drainTimeout: Duration = .seconds(5)
        ) {
            self.maxMessageBytes = maxMessageBytes
            self.maxBacklogBytes = maxBacklogBytes
            self.maxConnections = maxConnections
            self.handshakeTimeout = handshakeTimeout
            self.idleTimeout = idleTimeout
            self.closeTimeout = closeTimeout
            self.drainTimeout = drainTimeout
        }
    }
}
