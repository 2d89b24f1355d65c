extension Gateway {
    /// Bounds that keep a gateway's memory and a dead socket's life finite.
    public struct Limits: Sendable, Hashable {
        /// The largest message a client may send, in bytes, inflated (1 MiB); a larger one closes its socket with 1009.
        public var maxMessageBytes: Int
        /// The largest frame a client may send, in bytes (nil: as a message); a larger one closes its socket with 1009.
        public var maxFrameBytes: Int?
        /// The most frames of one message (4,096); more close the socket with 1009.
        public var maxFragments: Int
        /// How many messages a client may send per second in the long run (1,000; nil: any number); more close it with 1008.
        ///
        /// Pings and pongs count as messages. Fragments do not: see `maxFragments`.
        public var maxMessagesPerSecond: Int?
        /// How many messages a client may send at once after a rest (4,000).
        public var maxMessageBurst: Int
        /// The largest opening handshake, in bytes (16 KiB); a larger one is refused with 431.
        public var maxHandshakeBytes: Int
        /// How many bytes may wait for one client (1 MiB); beyond it the slow policy applies.
        public var maxBacklogBytes: Int
        /// How many bytes may wait in the whole gateway (1 GiB): for slow clients and of unfinished messages.
        ///
        /// Beyond it the slow policy applies to every client for which something waits, and to messages of more than
        /// 16 KiB that the system does not take at once; unfinished messages close their sockets with 1013. It may be
        /// exceeded by a few KiB for each slow client, and by one message and 64 MiB for each loop.
        public var maxBufferedBytes: Int
        /// How many connections there may be in all (100,000); at the limit no more are accepted until one goes.
        public var maxConnections: Int
        /// How many connections one address may have, over all loops (nil: any number); further ones are closed at once.
        ///
        /// Of IPv6, a network of 64 bits counts as one address. A proxy of `trustedProxies` may have any number; those of
        /// one client behind it are counted, and further ones answered with 429. Behind a proxy that is not trusted every
        /// client has the proxy's address.
        public var maxConnectionsPerAddress: Int?
        /// How long a connection may take from being accepted to the end of the handshake, TLS included (10 s).
        public var handshakeTimeout: Duration
        /// After how long without a sign of life a client is pinged (55 s; nil: never).
        ///
        /// After twice that time it is closed, and so is by then one that does not confirm what was sent to it
        /// (TCP_USER_TIMEOUT), or is silent even to the system's own questions (keepalive). A dead client is therefore
        /// gone after at most twice this time, whatever was going on; without it, after at most 120 s.
        public var idleTimeout: Duration?
        /// How long a closing handshake may take before the connection is cut (5 s).
        public var closeTimeout: Duration
        /// How long `run()` waits, once cancelled, for clients to take what waits for them and leave (5 s).
        ///
        /// They are told over up to half of it, ten each 10 ms or more, so that they do not all come back at once.
        public var drainTimeout: Duration

        /// Limits; each default is named at its property.
        public init(
            maxMessageBytes: Int = 1 << 20,
            maxFrameBytes: Int? = nil,
            maxFragments: Int = 4096,
            maxMessagesPerSecond: Int? = 1000,
            maxMessageBurst: Int = 4000,
            maxHandshakeBytes: Int = 16 << 10,
            maxBacklogBytes: Int = 1 << 20,
            maxBufferedBytes: Int = 1 << 30,
            maxConnections: Int = 100_000,
            maxConnectionsPerAddress: Int? = nil,
            handshakeTimeout: Duration = .seconds(10),
            idleTimeout: Duration? = .seconds(55),
            closeTimeout: Duration = .seconds(5),
            drainTimeout: Duration = .seconds(5)
        ) {
            self.maxMessageBytes = maxMessageBytes
            self.maxFrameBytes = maxFrameBytes
            self.maxFragments = maxFragments
            self.maxMessagesPerSecond = maxMessagesPerSecond
            self.maxMessageBurst = maxMessageBurst
            self.maxHandshakeBytes = maxHandshakeBytes
            self.maxBacklogBytes = maxBacklogBytes
            self.maxBufferedBytes = maxBufferedBytes
            self.maxConnections = maxConnections
            self.maxConnectionsPerAddress = maxConnectionsPerAddress
            self.handshakeTimeout = handshakeTimeout
            self.idleTimeout = idleTimeout
            self.closeTimeout = closeTimeout
            self.drainTimeout = drainTimeout
        }

        /// After how long the system gives a dead client up, whether or not it is pinged.
        var peerTimeout: Duration { idleTimeout.map { $0 * 2 } ?? .seconds(120) }
    }
}
