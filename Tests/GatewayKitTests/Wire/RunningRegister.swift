import GatewayKit
import TestSupport

/// A Register that runs while a test does.
final class RunningRegister: Sendable {
    let events = EventRecorder()
    let address: String
    private let task: Task<Void, any Error>

    /// Starts one; on a port given before, to bring one back.
    init(listen: String = "127.0.0.1:0", secret: String = "", limits: PeerLimits = .init()) async throws {
        var configuration = Register.Configuration(listen: listen, secret: secret, onEvent: events.record)
        configuration.limits = limits
        let register = Register(configuration)
        task = Task { try await register.run() }
        try await eventually(.seconds(20), "the Register listens") { register.address != nil }
        address = register.address ?? ""
    }

    func stop() async {
        task.cancel()
        _ = await task.result
    }
}

/// Runs `body` with a Register of its own.
func withRegister(
    secret: String = "",
    limits: PeerLimits = .init(),
    _ body: (RunningRegister) async throws -> Void
) async throws {
    let register = try await RunningRegister(secret: secret, limits: limits)
    do {
        try await body(register)
    } catch {
        await register.stop()
        throw error
    }
    await register.stop()
}
