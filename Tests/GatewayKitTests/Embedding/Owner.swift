import GatewayKit
import Synchronization
import TestSupport

/// Who keeps an attached client's socket: a sink that can be slow or broken, and writes down what it is asked.
final class Owner: Sendable {
    enum Asked: Sendable, Equatable {
        case send(Message)
        case close(CloseCode, String)
    }

    struct Broken: Error {}

    let asked = Mailbox<Asked>()
    private let isBroken = Atomic(false)
    private let isSlow = Atomic(false)
    private let sends = Atomic(0)
    private let turns = Mailbox<Void>()

    /// From now on each `send` waits for `letGo`.
    func slowDown() { isSlow.store(true, ordering: .relaxed) }

    /// From now on nothing waits.
    func letGo() {
        isSlow.store(false, ordering: .relaxed)
        turns.push(())
    }

    /// From now on `send` throws.
    func fail() { isBroken.store(true, ordering: .relaxed) }

    /// Whether a `send` has not returned.
    var isSending: Bool { sends.load(ordering: .relaxed) > 0 }

    /// What it is asked next.
    func next() async throws -> Asked {
        let asked = asked
        return try await within(.seconds(20), "something for the owner") { try await asked.next() }
    }

    /// Attaches to a gateway.
    func attach(
        to gateway: Gateway,
        request: UpgradeHead = UpgradeHead(),
        peerAddress: String? = nil
    ) async throws(GatewayError) -> AttachedClient {
        try await gateway.attach(request: request, peerAddress: peerAddress) { message in
            self.sends.wrappingAdd(1, ordering: .relaxed)
            defer { self.sends.wrappingSubtract(1, ordering: .relaxed) }
            if self.isBroken.load(ordering: .relaxed) { throw Broken() }
            if self.isSlow.load(ordering: .relaxed) { try await self.turns.next() }
            self.asked.push(.send(message))
        } close: { code, reason in
            self.asked.push(.close(code, reason))
        }
    }
}
