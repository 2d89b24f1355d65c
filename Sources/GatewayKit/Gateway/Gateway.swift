import PlatformCore
import ServerCore

/// A WebSocket gateway: it holds the sockets of browsers, knows whose they are, and pushes to them.
///
/// ```swift
/// let gateway = Gateway(.init(listen: "127.0.0.1:8282"))
/// async let running: Void = gateway.run()
/// try await gateway.client.send("hello", to: .uid("7"))
/// ```
///
/// Sockets belong to event loops, one thread each; each loop has its own handler and its own tables, and nothing is
/// shared between loops but the frames that go to sockets of several. All that is sent to a socket in one turn of its
/// loop, by whomever, leaves by one system call.
public final class Gateway: Sendable {
    /// Pushes to the sockets of this gateway; calls made before `run()` wait for it.
    public let client: LocalGatewayClient

    let configuration: Configuration
    let makeHandler: @Sendable (LoopContext) -> any GatewayHandler
    let start = StartSignal()
    let context = Lock<GatewayContext?>(nil)
    /// What there is while it runs.
    let running = Lock<RunningGateway?>(nil)

    /// A gateway that does nothing until `run()`.
    ///
    /// - Parameters:
    ///   - configuration: Where it listens, and its bounds.
    ///   - makeHandler: Makes the handler of one loop, on that loop's thread; it may use the loop's executor.
    public init(
        _ configuration: Configuration,
        makeHandler: @escaping @Sendable (LoopContext) -> any GatewayHandler
    ) {
        self.configuration = configuration
        self.makeHandler = makeHandler
        client = LocalGatewayClient(start)
    }

    /// A gateway that serves each socket by an asynchronous function, in a task of its own: see `ClientConnection`.
    ///
    /// - Parameters:
    ///   - configuration: Where it listens, and its bounds.
    ///   - serve: Runs on the socket's loop; when it returns, the socket is closed.
    public convenience init(
        async configuration: Configuration,
        serve: @escaping @Sendable (ClientConnection) async -> Void
    ) {
        self.init(configuration) { _ in ConnectionHandler(serve) }
    }

    /// A gateway with the default handler, which greets each socket with its name and a proof: see `InitHandler`.
    ///
    /// With business workers it says nothing: greeting is theirs.
    public convenience init(_ configuration: Configuration) {
        let (secret, isQuiet) = (configuration.secret, configuration.businessWorkers)
        self.init(configuration) { _ -> any GatewayHandler in
            isQuiet ? QuietHandler() : InitHandler(secret: secret)
        }
    }

    /// What the gateway has counted since it runs: a few hundred nanoseconds, from any thread.
    ///
    /// All zero before `run()` listens; after it has ended, what it had counted.
    public var statistics: GatewayStatistics { context.withLock { $0?.statistics } ?? GatewayStatistics() }

    /// The first address at which sockets are accepted, with the port that was really taken; waits until `run()` has got
    /// so far.
    ///
    /// - Throws: What `run()` threw, `stopped` if it has ended or the caller is cancelled, `invalidConfiguration` if it
    ///   listens nowhere.
    public func listeningAddress() async throws(GatewayError) -> String {
        guard let first = try await listeningAddresses().first else {
            throw GatewayError(
                .invalidConfiguration,
                attempt: "tell where the gateway listens",
                cause: "it listens nowhere"
            )
        }
        return first
    }

    /// Every address at which sockets are accepted, in the configuration's order, with the ports that were really taken;
    /// waits until `run()` has got so far.
    ///
    /// - Throws: What `run()` threw, or `stopped` if it has ended or the caller is cancelled.
    public func listeningAddresses() async throws(GatewayError) -> [String] {
        try await start.wait()
    }

    /// Reads certificate and key again, for sockets accepted from now on; those that are there go on with what they began.
    ///
    /// Blocks for as long as it takes to read two small files.
    ///
    /// - Throws: `invalidConfiguration` with what is wrong with which file, and then the old certificate stays, or when
    ///   the gateway has no TLS; `stopped` when it is not running.
    public func reloadTLS() throws(GatewayError) {
        let attempt = "reload the TLS certificate"
        guard let running = running.withLock({ $0 }) else { throw .notRunning(attempt) }
        guard let identity = running.identity else {
            throw GatewayError(.invalidConfiguration, attempt: attempt, cause: "the gateway has no TLS")
        }
        do throws(SystemError) {
            try identity.reload()
        } catch {
            throw GatewayError(.invalidConfiguration, attempt: attempt, cause: "\(error)")
        }
    }

    /// Serves until its task is cancelled, then says goodbye to every socket (1001), lets each take what waits for it, at
    /// most for `drainTimeout`, and returns.
    ///
    /// - Throws: `invalidConfiguration`, `listenFailed` or `alreadyRunning`, before anything is accepted.
    public func run() async throws(GatewayError) {
        try start.begin()
        let running: RunningGateway
        do throws(GatewayError) {
            running = try await RunningGateway(self)
        } catch {
            start.end(with: error)
            throw error
        }
        context.withLock { $0 = running.context }
        client.connect(running.switchboard, address: running.context.address)
        self.running.withLock { $0 = running }
        running.accept()
        start.succeed(running.addresses)
        for address in running.addresses { running.context.report(.listening(address: address)) }
        await running.serve()
        self.running.withLock { $0 = nil }
        start.end(with: GatewayError(.stopped, attempt: "run the gateway", cause: "it was cancelled"))
        await running.drain()
        client.disconnect()
        await running.stop()
    }
}
