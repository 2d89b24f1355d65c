import PlatformCore
import ServerCore

/// What a gateway has while it runs: its loops, their shares, and the listening sockets.
struct RunningGateway: Sendable {
    let context: GatewayContext
    let group: EventLoopGroup
    let shards: [Shard]
    let switchboard: Switchboard
    let listeners: [Listener]
    /// What is shown to browsers; nil without TLS.
    let identity: TLSIdentity?
    /// Where other processes push in; nil without an inner port.
    let inner: InnerPort?

    /// Binds the addresses and starts the loops; nothing is accepted yet.
    init(_ gateway: Gateway) async throws(GatewayError) {
        let configuration = gateway.configuration
        let places = try Self.check(configuration)
        identity = try Self.identity(configuration.tls)
        let proxies = try Self.proxies(configuration.trustedProxies)
        do throws(SystemError) {
            group = try EventLoopGroup(count: configuration.loops, name: "gateway")
        } catch {
            throw GatewayError(.listenFailed, attempt: "start event loops", cause: "\(error)")
        }
        do throws(GatewayError) {
            inner = try InnerPort(configuration, on: group.loops[0])
        } catch {
            await group.shutdown()
            throw error
        }
        let address = inner?.address ?? .none
        let context = GatewayContext(configuration, proxies: proxies, address: address, group: group)
        do throws(GatewayError) {
            listeners = try Self.listen(places, group.loops, identity, context)
        } catch {
            await group.shutdown()
            throw error
        }
        self.context = context
        let port = listeners.first?.address.port ?? 0
        let relay = inner?.desk.map { desk in
            { WorkerRelay(desk, of: context.address, port: port, beside: $0) } as @Sendable (any GatewayHandler) -> _
        }
        shards = await Self.makeShards(gateway, group, context, relay: relay)
        switchboard = Switchboard(shards: shards)
    }

    /// Where it listens, with the real ports.
    var addresses: [String] { listeners.map(\.address.description) }

    /// Takes connections from now on; connection number modulo loops is the loop that takes it.
    func accept() {
        let shards = shards
        for listener in listeners {
            listener.start { connection in shards[connection.loop.index].accept(connection) }
        }
        inner?.start(switchboard)
    }

    /// Returns when the task is cancelled.
    func serve() async {
        let never = AsyncStream<Never> { _ in }
        for await _ in never {}
    }

    /// Takes no more connections, says goodbye to those that are there, and waits for them to go, but not for ever.
    func drain() async {
        await inner?.withdraw()
        for listener in listeners { await listener.stop() }
        context.report(.draining(clients: context.connections.count))
        for shard in shards { shard.loop.execute { shard.drain() } }
        let (loop, timeout, connections) = (group.loops[0], context.limits.drainTimeout, context.connections)
        loop.execute { loop.schedule(after: timeout) { connections.giveUp() } }
        await connections.wait()
        // Last, so that workers hear of everyone who has gone.
        await inner?.stop()
    }

    /// Ends the loops, and with them every connection that is left.
    func stop() async {
        for shard in shards { _ = await shard.loop.perform { shard.end() } }
        await group.shutdown()
        context.report(.stopped)
    }

    private static func check(_ configuration: Gateway.Configuration) throws(GatewayError) -> [SocketAddress] {
        let places = try configuration.listen.map { text throws(GatewayError) in
            guard let place = SocketAddress(text) else {
                let cause = "not an address with a port"
                throw GatewayError(.invalidConfiguration, attempt: "listen at \(text)", cause: cause)
            }
            return place
        }
        let limits = configuration.limits
        for (name, value) in [
            ("loops", configuration.loops), ("maxMessageBytes", limits.maxMessageBytes),
            ("maxBacklogBytes", limits.maxBacklogBytes), ("maxConnections", limits.maxConnections),
            ("maxConnectionsPerAddress", limits.maxConnectionsPerAddress ?? 1),
            ("maxFrameBytes", limits.maxFrameBytes ?? 1), ("maxFragments", limits.maxFragments),
            ("maxMessagesPerSecond", limits.maxMessagesPerSecond ?? 1), ("maxMessageBurst", limits.maxMessageBurst),
            ("maxHandshakeBytes", limits.maxHandshakeBytes), ("maxBufferedBytes", limits.maxBufferedBytes),
        ] {
            guard value > 0 else {
                throw GatewayError(.invalidConfiguration, attempt: "set \(name)", cause: "\(value) is not above 0")
            }
        }
        for (name, value) in [
            ("handshakeTimeout", limits.handshakeTimeout), ("idleTimeout", limits.idleTimeout ?? .seconds(1)),
            ("closeTimeout", limits.closeTimeout), ("bindLifetime", configuration.bindLifetime ?? .seconds(1)),
        ] {
            guard value > .zero else {
                throw GatewayError(.invalidConfiguration, attempt: "set \(name)", cause: "\(value) is not above 0")
            }
        }
        for origin in configuration.allowedOrigins ?? [] where !WebOrigin.isOne(origin) {
            let cause = "no origin, as in https://example.org or http://localhost:3000; nil allows any"
            throw GatewayError(.invalidConfiguration, attempt: "allow the origin \(origin)", cause: cause)
        }
        guard !configuration.businessWorkers || configuration.innerListen != nil else {
            let cause = "workers connect to the inner port: say where it listens"
            throw GatewayError(.invalidConfiguration, attempt: "set businessWorkers", cause: cause)
        }
        try check(configuration.compression)
        return places
    }

    private static func identity(_ tls: TLS?) throws(GatewayError) -> TLSIdentity? {
        guard let tls else { return nil }
        do throws(SystemError) {
            return try TLSIdentity(TLSFiles(certificate: tls.certificate, key: tls.key))
        } catch {
            throw GatewayError(.invalidConfiguration, attempt: "set up TLS", cause: "\(error)")
        }
    }

    private static func proxies(_ entries: [String]) throws(GatewayError) -> TrustedProxies? {
        guard !entries.isEmpty else { return nil }
        do throws(TrustedProxies.UnknownEntry) {
            return try TrustedProxies(entries)
        } catch {
            let cause = "neither an address, nor a range such as 10.0.0.0/8, nor loopback or private"
            throw GatewayError(.invalidConfiguration, attempt: "trust the proxy \(error.text)", cause: cause)
        }
    }

    private static func listen(
        _ places: [SocketAddress],
        _ loops: [EventLoop],
        _ identity: TLSIdentity?,
        _ context: GatewayContext
    ) throws(GatewayError) -> [Listener] {
        try places.map { place throws(GatewayError) in
            do throws(SystemError) {
                return try Listener(
                    place,
                    loops: loops,
                    peerTimeout: context.limits.peerTimeout,
                    tls: identity,
                    gate: context.connections
                ) { error in
                    context.report(.acceptFailed(reason: "\(error)"))
                }
            } catch {
                throw GatewayError(.listenFailed, attempt: "listen at \(place)", cause: "\(error)")
            }
        }
    }

    private static func check(_ compression: Gateway.Compression?) throws(GatewayError) {
        guard let compression else { return }
        for (name, value, range) in [
            ("level", compression.level, 1...9), ("contextWindowBits", compression.contextWindowBits, 9...15),
        ] {
            guard range.contains(value) else {
                throw GatewayError(
                    .invalidConfiguration,
                    attempt: "set \(name)",
                    cause: "\(value) is not in \(range.lowerBound) to \(range.upperBound)"
                )
            }
        }
    }

    private static func makeShards(
        _ gateway: Gateway,
        _ group: EventLoopGroup,
        _ context: GatewayContext,
        relay: (@Sendable (any GatewayHandler) -> WorkerRelay)?
    ) async -> [Shard] {
        let first = UInt32.random(in: 1...UInt32.max)
        var shards: [Shard] = []
        for loop in group.loops {
            let shard = await loop.perform {
                let handler = gateway.makeHandler(
                    LoopContext(index: loop.index, executor: loop, client: gateway.client)
                )
                return Shard(
                    loop: loop,
                    of: group.loops.count,
                    firstConnection: first,
                    context: context,
                    handler: relay?(handler) ?? handler
                )
            }
            shards.append(shard!)
        }
        return shards
    }
}
