import GatewayKit
import TestSupport

/// A gateway with an inner port that runs while a test does.
final class WireGateway: Sendable {
    let gateway: Gateway
    let events = EventRecorder()
    /// Where sockets connect.
    let url: String
    /// Where the inner port is.
    let inner: String
    private let task: Task<Void, any Error>

    /// Starts one; on an inner port given before, to bring one back.
    init(
        inner: String = "127.0.0.1:0",
        registers: [String] = [],
        secret: String = "",
        loops: Int = 1,
        innerLimits: PeerLimits = PeerLimits(),
        configure: (inout Gateway.Configuration) -> Void = { _ in }
    ) async throws {
        var configuration = Gateway.Configuration(
            listen: "127.0.0.1:0",
            innerListen: inner,
            registers: registers,
            secret: secret,
            loops: loops,
            onEvent: events.record
        )
        configuration.registerTiming = .quick
        configuration.innerLimits = innerLimits
        configure(&configuration)
        let gateway = Gateway(configuration)
        self.gateway = gateway
        task = Task { try await gateway.run() }
        url = try await "ws://\(gateway.listeningAddress())/"
        let events = events
        try await events.wait("the inner port is open") { if case .innerListening = $0 { true } else { false } }
        self.inner = events.events.compactMap { if case .innerListening(let address) = $0 { address } else { nil } }[0]
    }

    var address: GatewayAddress { GatewayAddress(inner) ?? .none }

    func open() async throws -> GatewayFixture.Socket { try await GatewayFixture.open(url) }

    /// Runs `body`, and stops however it ends.
    func stopped(after body: (WireGateway) async throws -> Void) async throws {
        do {
            try await body(self)
        } catch {
            await stop()
            throw error
        }
        await stop()
    }

    func stop() async {
        task.cancel()
        _ = await task.result
    }
}

/// A remote client that runs while a test does.
final class WireClient: Sendable {
    let client: RemoteGatewayClient
    let events = EventRecorder()
    private let task: Task<Void, any Error>

    init(registers: [String], secret: String = "", limits: RemoteLimits = .init()) {
        var configuration = RemoteGatewayClient.Configuration(
            registers: registers,
            secret: secret,
            onEvent: events.record
        )
        configuration.registerTiming = .quick
        configuration.limits = limits
        let client = RemoteGatewayClient(configuration)
        self.client = client
        task = Task { try await client.run() }
    }

    /// Waits until it has a connection to each of these gateways.
    func connected(to gateways: GatewayAddress...) async throws {
        for gateway in gateways {
            try await events.wait("a connection to \(gateway)") { $0 == .gatewayConnected(gateway) }
        }
    }

    func stop() async {
        task.cancel()
        _ = await task.result
    }
}

extension RegisterTiming {
    /// Times at which a test need not wait for seconds.
    static var quick: RegisterTiming {
        var timing = RegisterTiming()
        timing.pauses = RetryPauses(first: .milliseconds(20), longest: .milliseconds(100))
        timing.acceptance = .milliseconds(50)
        return timing
    }
}

extension PeerLimits {
    /// A time for strangers at which a test need not wait long.
    static var quick: PeerLimits {
        var limits = PeerLimits()
        limits.timeout = .seconds(1)
        return limits
    }
}

/// Runs `body` with a Register, some gateways of three loops, and a remote client that is connected to all of them.
func withCluster(
    gateways count: Int = 2,
    secret: String = "",
    _ body: (_ register: RunningRegister, _ gateways: [WireGateway], _ client: WireClient) async throws -> Void
) async throws {
    let register = try await RunningRegister(secret: secret)
    var gateways: [WireGateway] = []
    for _ in 0..<count {
        gateways.append(try await WireGateway(registers: [register.address], secret: secret, loops: 3))
    }
    let client = WireClient(registers: [register.address], secret: secret)
    let outcome: Result<Void, any Error>
    do {
        for gateway in gateways { try await client.connected(to: gateway.address) }
        outcome = .success(try await body(register, gateways, client))
    } catch {
        outcome = .failure(error)
    }
    await client.stop()
    for gateway in gateways { await gateway.stop() }
    await register.stop()
    try outcome.get()
}
