import PlatformCore
import ServerCore

/// How often each of many callers may do something: a bucket of tokens for each, which fills up within a minute.
///
/// A bucket that is full again is forgotten, so memory is bounded by who was there within the last minute. One process
/// counts for itself.
final class RateLimit: Sendable {
    private struct State {
        /// When each bucket will be full.
        var fullAt: [ByteKey: ContinuousClock.Instant] = [:]
        var sweepsAt: ContinuousClock.Instant?
    }

    private static let minute = Duration.seconds(60)

    private let perMinute: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Lock(State())

    /// - Parameters:
    ///   - perMinute: how many tokens a bucket holds and gets back in a minute; 0 is without a limit.
    ///   - now: what time it is.
    init(perMinute: Int, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.perMinute = perMinute
        self.now = now
    }

    /// Takes a token of a caller's; nil if there was one, or else how long it takes until there is.
    func take(_ caller: String) -> Duration? {
        guard perMinute > 0 else { return nil }
        let token = Self.minute / perMinute
        return state.withLock { state in
            let now = now()
            forgetFull(&state, now)
            let key = ByteKey(caller)
            let fullAt = max(state.fullAt[key] ?? now, now) + token
            guard fullAt - now <= Self.minute else { return fullAt - now - Self.minute }
            state.fullAt[key] = fullAt
            return nil
        }
    }

    private func forgetFull(_ state: inout State, _ now: ContinuousClock.Instant) {
        guard let sweepsAt = state.sweepsAt, now < sweepsAt else {
            state.fullAt = state.fullAt.filter { $0.value > now }
            state.sweepsAt = now + Self.minute
            return
        }
    }
}

extension ChatAPI {
    /// Throws 429 for who asks too much: per user, per address, and by how many answers are still being written.
    func admit(_ request: ChatRequest, _ uid: String) async throws {
        let limit = configuration.limits.runningReplies
        if limit > 0, try await store.activeReplies(uid: uid).count >= limit {
            throw APIFailure.tooManyReplies(limit)  // before a token is taken: waiting for one's answers costs nothing
        }
        if let wait = sendsByUser.take(uid) { throw APIFailure.rateLimited(for: wait) }
        if let network = request.clientNetwork, let wait = sendsByAddress.take(network) {
            throw APIFailure.rateLimited(for: wait)
        }
    }
}

extension ChatRequest {
    /// Who counts as one caller: an IPv4 address, or the 64 bits of IPv6 that a household gets.
    ///
    /// Nil for this machine itself, where a proxy that is not trusted would be everybody at once, and for no address.
    fileprivate var clientNetwork: String? {
        let text = peerAddress
        guard !text.isEmpty else { return nil }
        let address = SocketAddress(text) ?? SocketAddress(text.contains(":") ? "[\(text)]:0" : "\(text):0")
        guard let address, !address.isLoopback else { return nil }
        return switch address.host {
        case .ipv4: address.ip
        case .ipv6(let network, _, _): String(network, radix: 16)
        }
    }
}
