import PlatformCore
package import ServerCore

/// A gateway's inner port: where workers and clients of the inner protocol connect, and what the Registers announce.
///
/// All its connections live on one loop, so that commands apply in the order in which they arrive, across connections.
package final class InnerPort: Sendable {
    /// What is announced, and what every client's id begins with.
    package let address: GatewayAddress
    /// Who is told of what sockets do; nil unless workers of PHP's are to serve them.
    let desk: WorkerDesk?

    private let listener: Listener
    private let loop: EventLoop
    private let configuration: Gateway.Configuration
    private let secret: [UInt8]
    private let connections = Lock<[ObjectIdentifier: LoopBound<InnerConnection>]>([:])
    private let refusals = Lock(EventQuota())
    private let links = Lock<LoopBound<[RegisterLink]>?>(nil)

    /// Binds the port, without accepting yet; nil if the configuration asks for none.
    ///
    /// - Parameters:
    ///   - configuration: the gateway's.
    ///   - loop: who owns the connections.
    /// - Throws: `invalidConfiguration` or `listenFailed`.
    package init?(_ configuration: Gateway.Configuration, on loop: EventLoop) throws(GatewayError) {
        guard let listen = configuration.innerListen else { return nil }
        let attempt = "listen at \(listen) for the inner protocol"
        let place = try ListenRule.check(
            listen,
            secret: configuration.secret,
            isInsecureAllowed: configuration.isInsecureAllowed,
            attempt: attempt
        )
        do throws(SystemError) {
            let onEvent = configuration.onEvent
            // A worker of PHP's reads nothing while it computes, however long: what waits for it is bounded by bytes.
            listener = try Listener(place, loops: [loop], peerTimeout: .seconds(60), stall: .patient) {
                onEvent?(.acceptFailed(reason: "\($0)"))
            }
        } catch {
            throw GatewayError(.listenFailed, attempt: attempt, cause: "\(error)")
        }
        address = try Self.announced(configuration.innerAdvertise, listener.address, attempt: attempt)
        desk =
            configuration.businessWorkers
            ? WorkerDesk(on: loop, of: address, limits: configuration.workerLimits, onEvent: configuration.onEvent)
            : nil
        self.configuration = configuration
        self.loop = loop
        secret = Array(configuration.secret.utf8)
    }

    /// Accepts, and announces the address to the Registers.
    package func start(_ switchboard: Switchboard) {
        loop.execute { [self] in
            let turnstile = Turnstile(
                listener,
                on: loop,
                limits: configuration.innerLimits,
                onEvent: configuration.onEvent
            )
            desk?.start(switchboard)
            let doors = LoopBound(turnstile, to: loop)
            listener.start { [self] connection in
                let inner = InnerConnection(
                    connection,
                    of: self,
                    secret: secret,
                    turnstile: doors.value,
                    switchboard: switchboard
                )
                connections.withLock { $0[ObjectIdentifier(inner)] = LoopBound(inner, to: loop) }
                inner.start(timeout: configuration.innerLimits.timeout)
            }
            let greeting = RegisterMessage.gatewayConnect(address: "\(address)", secret: secret)
            let links = configuration.registers.map { register in
                RegisterLink(
                    register,
                    greeting: greeting,
                    on: loop,
                    timing: configuration.registerTiming,
                    onEvent: configuration.onEvent
                )
            }
            self.links.withLock { $0 = LoopBound(links, to: loop) }
            for link in links { link.start() }
        }
        configuration.onEvent?(.innerListening(address: "\(listener.address)"))
    }

    /// Takes the announcement back and accepts no more.
    package func withdraw() async {
        _ = await loop.perform { [self] in
            for link in links.withLock({ $0.take() })?.value ?? [] { link.stop() }
        }
        await listener.stop()
    }

    /// Closes the connections, what was answered having gone out.
    package func stop() async {
        _ = await loop.perform { [self] in
            for inner in connections.withLock({ $0 }).values { inner.value.connection.closeAfterFlush() }
        }
    }

    /// A connection is closed because of what it sent; ten of them are told a second.
    func refused(_ peer: SocketAddress, _ reason: String) {
        guard let reason = refusals.withLock({ $0.reason(reason, at: loop.now) }) else { return }
        configuration.onEvent?(.innerConnectionRefused(peer: "\(peer)", reason: reason))
    }

    func closed(_ inner: InnerConnection) {
        connections.withLock { $0[ObjectIdentifier(inner)] = nil }
    }

    private static func announced(
        _ advertise: String?,
        _ local: SocketAddress,
        attempt: String
    ) throws(GatewayError) -> GatewayAddress {
        if let advertise {
            guard let address = GatewayAddress(advertise) else {
                let cause = "\(advertise) is no IPv4 address with a port, as a client id needs it"
                throw GatewayError(.invalidConfiguration, attempt: attempt, cause: cause)
            }
            return address.port == 0 ? GatewayAddress(ipv4: address.ipv4, port: local.port) : address
        }
        guard let ipv4 = local.ipv4, !local.isUnspecified else {
            let cause = "others need an IPv4 address to reach it by: say it by innerAdvertise"
            throw GatewayError(.invalidConfiguration, attempt: attempt, cause: cause)
        }
        return GatewayAddress(ipv4: ipv4, port: local.port)
    }
}
