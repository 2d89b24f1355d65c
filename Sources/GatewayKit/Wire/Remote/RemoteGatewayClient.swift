import PlatformCore
import ServerCore

/// Pushes from any process: to all gateways that GatewayWorker's Register lists, ours or PHP's.
///
/// ```swift
/// let client = RemoteGatewayClient(.init(registers: ["127.0.0.1:1236"], secret: secret))
/// async let running: Void = client.run()                      // until its task is cancelled
/// try await client.send("hello", to: .uid("7"))
/// ```
/// It keeps a long connection to each Register, which tells every change of the list, and one ordered connection to each
/// gateway, on which all commands and queries go in the order of the calls. Lost connections are made anew, with growing
/// pauses. Costs a thread.
///
/// - A send returns once the bytes are with the kernel for every gateway. It waits at most 2 s for one, which is then
///   listed as unreachable; while a gateway is known to be down it does not wait at all. The wire does not acknowledge
///   sends: a gateway that dies at this moment may have taken a message and not delivered it.
/// - `bind` and the questions wait at most 5 s for an answer.
/// - Calls made before `run()` wait for it; within its first 2 s, for the first gateway.
/// - A client id is untrusted input that names an address: what no Register lists is never dialled (`unknownGateway`).
public final class RemoteGatewayClient: GatewayClient {
    private typealias Call = @Sendable (RemoteHub?) -> Void

    private enum State {
        /// Calls that wait for `run`.
        case new([Call])
        case running(LoopBound<RemoteHub>)
        case ended
    }

    private let configuration: Configuration
    private let state = Lock(State.new([]))

    /// A client that does not run yet.
    public init(_ configuration: Configuration = .init()) {
        self.configuration = configuration
    }

    /// Connects and serves calls until the task is cancelled; then lets those under way come to their end, for at most
    /// 2 s, and returns.
    ///
    /// - Throws: `invalidConfiguration` or `alreadyRunning`, at the start only.
    public func run() async throws(GatewayError) {
        let attempt = "run a gateway client"
        guard !configuration.registers.isEmpty else {
            throw GatewayError(.invalidConfiguration, attempt: attempt, cause: "it needs the address of a Register")
        }
        let group: EventLoopGroup
        do throws(SystemError) {
            group = try EventLoopGroup(name: "push")
        } catch {
            throw GatewayError(.invalidConfiguration, attempt: attempt, cause: "\(error)")
        }
        guard let hub = await begin(on: group.loops[0]) else {
            await group.shutdown()
            throw GatewayError(.alreadyRunning, attempt: attempt, cause: "it has run")
        }
        await Task.untilCancelled()
        await end(hub)
        await group.shutdown()
    }

    /// Runs `body` on the hub's loop, behind all calls before, and returns what it gives to its second argument.
    func perform<Product: Sendable>(
        _ attempt: String,
        _ body: @escaping @Sendable (RemoteHub, @escaping (Product) -> Void) -> Void
    ) async throws(GatewayError) -> Product {
        let product: Product? = await withCheckedContinuation { continuation in
            post { hub in
                guard let hub else { return continuation.resume(returning: nil) }
                hub.whenStarted { body(hub) { continuation.resume(returning: $0) } }
            }
        }
        guard let product else { throw GatewayError(.stopped, attempt: attempt, cause: "the client has ended") }
        return product
    }

    private func post(_ call: @escaping Call) {
        let next: State = state.withLock { state in
            if case .new(let calls) = state { state = .new(calls + [call]) }
            return state
        }
        switch next {
        case .new: return
        case .running(let hub):
            if !hub.loop.execute({ call(hub.value) }) { call(nil) }
        case .ended: call(nil)
        }
    }

    /// Makes the hub and gives it the calls that have waited; nil if there has been one before.
    private func begin(on loop: EventLoop) async -> LoopBound<RemoteHub>? {
        let made = await loop.perform { [configuration] in LoopBound(RemoteHub(configuration, on: loop), to: loop) }
        guard let hub = made else { return nil }
        return state.withLock { state in
            guard case .new(let calls) = state else { return nil }
            loop.execute { hub.value.start() }
            for call in calls { loop.execute { call(hub.value) } }
            state = .running(hub)
            return hub
        }
    }

    private func end(_ hub: LoopBound<RemoteHub>) async {
        state.withLock { $0 = .ended }
        await withCheckedContinuation { continuation in
            let accepted = hub.loop.execute { hub.value.finish { continuation.resume() } }
            if !accepted { continuation.resume() }
        }
    }
}
