extension Gateway {
    /// How a gateway is set up; everything has a default that suits a server of one's own.
    public struct Configuration: Sendable {
        /// Where browsers connect: `127.0.0.1:8282`, `[::1]:0`, `:8282` for every address; port 0 takes a free one.
        ///
        /// None suits a gateway to which another server hands its sockets: see `adopt` and `attach`.
        public var listen: [String]
        /// The certificate, for `wss://` at every address of `listen`; nil: `ws://`.
        ///
        /// One never falls back to the other.
        public var tls: TLS?
        /// Where other processes push in, by GatewayWorker's inner protocol; nil: nowhere.
        public var innerListen: String?
        /// The IPv4 address and port by which others reach the inner port; nil: `innerListen` itself.
        public var innerAdvertise: String?
        /// The Registers that are told of the inner port, as `host:port`.
        public var registers: [String]
        /// What the processes of an installation share; guards the inner port and signs the socket's proof.
        public var secret: String
        /// Whether workers of PHP's GatewayWorker serve the sockets: they connect to the inner port and are told of every
        /// socket, what it sends and its end.
        ///
        /// While none is connected clients come in and what they send waits, for 10 s and 16 MiB of it, so that workers can
        /// be reloaded. After that newcomers are refused (503), and those of whom something waited are cut.
        public var businessWorkers: Bool
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
        /// The proxies whose X-Forwarded-For or Forwarded says where a request comes from: addresses (`10.1.2.3`), ranges
        /// (`10.0.0.0/8`, `fd00::/8`), `loopback`, and `private` for every network that is not routed on the internet.
        ///
        /// Seen as `clientAddress` of a request, and counted by `maxConnectionsPerAddress`. Empty: nobody is trusted, and
        /// those fields mean nothing. A proxy that is listed must add to X-Forwarded-For, which goes first, or write Forwarded
        /// and remove X-Forwarded-For: what it lets through, its clients have made up.
        public var trustedProxies: [String]
        /// The subprotocols that are spoken here, of which the first that a client offers is chosen.
        ///
        /// A client that offers none of them gets a socket without one, unless the handler refuses it.
        public var subprotocols: [String]
        /// How messages are compressed for clients that offer it; nil: never.
        public var compression: Compression?
        /// What a silent client is asked with.
        public var heartbeat: Heartbeat
        /// Bounds of memory and time.
        public var limits: Limits
        /// What happens to a client that does not take what it is sent; a local send may choose otherwise.
        public var slowPolicy: SlowPolicy
        /// The text sent first to a client that has caught up after messages to it were dropped; empty: none.
        public var dropMarker: @Sendable (_ messages: Int, _ bytes: Int) -> String
        /// Hears what happens, on an event loop's thread, so it must not block; nil: nobody, at no cost.
        public var onEvent: (@Sendable (GatewayEvent) -> Void)?
        /// Hears when a uid gets its first socket and when it has lost its last, on whichever loops; nil: nobody, at no cost.
        ///
        /// Called once for each change, one call at a time, in an order in which they happened, on an event loop's
        /// thread, so it must not block. Binding a socket anew to the uid it has is no change. When `run()` returns,
        /// every uid that came has left. Costs a lock for the first and last socket that a uid has on a loop.
        public var onPresence: (@Sendable (_ uid: String, _ isPresent: Bool) -> Void)?
        /// The times of the announcement to the Registers.
        package var registerTiming = RegisterTiming()
        /// How many may be connected to the inner port, and how long one may stay without the secret.
        package var innerLimits = PeerLimits()
        /// How long and how much waits for workers.
        package var workerLimits = WorkerLimits()

        /// A configuration; see the properties for what each is for.
        public init(
            listen: String...,
            tls: TLS? = nil,
            innerListen: String? = nil,
            innerAdvertise: String? = nil,
            registers: [String] = [],
            secret: String = "",
            businessWorkers: Bool = false,
            isInsecureAllowed: Bool = false,
            loops: Int = 1,
            bindLifetime: Duration? = nil,
            allowedOrigins: [String]? = nil,
            trustedProxies: [String] = [],
            subprotocols: [String] = [],
            compression: Compression? = Compression(),
            heartbeat: Heartbeat = .ping,
            limits: Limits = Limits(),
            slowPolicy: SlowPolicy = .drop,
            dropMarker: @escaping @Sendable (_ messages: Int, _ bytes: Int) -> String = { messages, _ in
                #"{"type":"resync","dropped":\#(messages)}"#
            },
            onEvent: (@Sendable (GatewayEvent) -> Void)? = nil,
            onPresence: (@Sendable (_ uid: String, _ isPresent: Bool) -> Void)? = nil
        ) {
            self.listen = listen
            self.tls = tls
            self.innerListen = innerListen
            self.innerAdvertise = innerAdvertise
            self.registers = registers
            self.secret = secret
            self.businessWorkers = businessWorkers
            self.isInsecureAllowed = isInsecureAllowed
            self.loops = loops
            self.bindLifetime = bindLifetime
            self.allowedOrigins = allowedOrigins
            self.trustedProxies = trustedProxies
            self.subprotocols = subprotocols
            self.compression = compression
            self.heartbeat = heartbeat
            self.limits = limits
            self.slowPolicy = slowPolicy
            self.dropMarker = dropMarker
            self.onEvent = onEvent
            self.onPresence = onPresence
        }
    }
}
