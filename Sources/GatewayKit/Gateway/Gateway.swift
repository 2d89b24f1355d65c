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
    private let context = Lock<GatewayContext?>(nil)

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

    /// A gateway with the default handler, which greets each socket with its name and a proof: see `InitHandler`.
    public convenience init(_ configuration: Configuration) {
        let secret = configuration.secret
        self.init(configuration) { _ in InitHandler(secret: secret) }
    }

    /// What the gateway has counted since it runs: a few hundred nanoseconds, from any thread.
    ///
    /// All zero before `run()` listens; after it has ended, what it had counted.
    public var statistics: GatewayStatistics { context.withLock { $0?.statistics } ?? GatewayStatistics() }

    /// Where sockets are accepted, with the port that was really taken; waits until `run()` has got so far.
    ///
    /// - Throws: What `run()` threw, or `stopped` if it has ended or the caller is cancelled.
    public func listeningAddress() async throws(GatewayError) -> String {
        try await start.wait()
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
        running.accept()
        start.succeed(running.listener.address.description)
        running.context.report(.listening(address: running.listener.address.description))
        await running.serve()
        start.end(with: GatewayError(.stopped, attempt: "run the gateway", cause: "it was cancelled"))
        await running.drain()
        client.disconnect()
        await running.stop()
    }
}
