import PlatformCore
package import ServerCore

/// A gateway's inner port: where workers and clients of the inner protocol connect, and what the Registers announce.
///
/// All its connections live on one loop, so that commands apply in the order in which they arrive, across connections.
package final class InnerPort: Sendable {
    /// What is announced, and what every client's id begins with.
    package let address: GatewayAddress

    private let listener: Listener
    private let loop: EventLoop
    private let secret: [UInt8]
    private let registers: [String]
    private let timing: RegisterTiming
    private let onEvent: @Sendable (GatewayEvent) -> Void
    private let connections = Lock<[ObjectIdentifier: LoopBound<InnerConnection>]>([:])
    private let links = Lock<LoopBound<[RegisterLink]>?>(nil)

    /// Binds the port, without accepting yet.
    ///
    /// - Parameters:
    ///   - listen: where.
    ///   - advertise: the IPv4 address by which others reach it; port 0 or nil: the real one.
    ///   - registers: who is told.
    ///   - secret: what peers must know.
    ///   - isInsecureAllowed: whether it may listen beyond this machine without a secret.
    ///   - loop: who owns the connections.
    ///   - timing: the times of the announcement.
    ///   - onEvent: hears what happens, on the loop.
    /// - Throws: `invalidConfiguration` or `listenFailed`.
    package init(
        listen: String,
        advertise: String?,
        registers: [String],
        secret: String,
        isInsecureAllowed: Bool,
        on loop: EventLoop,
        timing: RegisterTiming = .init(),
        onEvent: @escaping @Sendable (GatewayEvent) -> Void
    ) throws(GatewayError) {
        let attempt = "listen at \(listen) for the inner protocol"
        let place = try ListenRule.check(listen, secret: secret, isInsecureAllowed: isInsecureAllowed, attempt: attempt)
        do throws(SystemError) {
            listener = try Listener(place, loops: [loop]) { onEvent(.acceptFailed(reason: "\($0)")) }
        } catch {
            throw GatewayError(.listenFailed, attempt: attempt, cause: "\(error)")
        }
        address = try Self.announced(advertise, listener.address, attempt: attempt)
        self.loop = loop
        self.secret = Array(secret.utf8)
        self.registers = registers
        self.timing = timing
        self.onEvent = onEvent
    }

    /// Accepts, and announces the address to the Registers.
    package func start(_ backend: any InnerBackend) {
        listener.start { [self] connection in
            let inner = InnerConnection(connection, of: self, secret: secret, backend: backend)
            connections.withLock { $0[ObjectIdentifier(inner)] = LoopBound(inner, to: loop) }
            inner.start()
        }
        loop.execute { [self] in
            let links = registers.map { register in
                let greeting = RegisterMessage.gatewayConnect(address: "\(address)", secret: secret)
                return RegisterLink(register, greeting: greeting, on: loop, timing: timing, onEvent: onEvent)
            }
            self.links.withLock { $0 = LoopBound(links, to: loop) }
            for link in links { link.start() }
        }
        onEvent(.innerListening(address: "\(listener.address)"))
    }

    /// Takes the announcement back, accepts no more and closes the connections, what was answered having gone out.
    package func stop() async {
        _ = await loop.perform { [self] in
            for link in links.withLock({ $0.take() })?.value ?? [] { link.stop() }
        }
        await listener.stop()
        _ = await loop.perform { [self] in
            for inner in connections.withLock({ $0 }).values { inner.value.connection.closeAfterFlush() }
        }
    }

    func refused(_ peer: SocketAddress, _ reason: String) {
        onEvent(.innerConnectionRefused(peer: "\(peer)", reason: reason))
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
            let cause = "others need an IPv4 address to reach it by: say which to advertise"
            throw GatewayError(.invalidConfiguration, attempt: attempt, cause: cause)
        }
        return GatewayAddress(ipv4: ipv4, port: local.port)
    }
}
