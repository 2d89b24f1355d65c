import PlatformCore
import ServerCore

/// Which of a gateway's sockets are listed: those that fit everything that is named.
public struct ConnectionFilter: Sendable, Hashable {
    /// Only the sockets of this uid; nil: of any, or none.
    public var uid: String?
    /// Only the sockets in this group.
    public var group: String?
    /// Only sockets from addresses that begin so, as in `203.0.113.` or `2001:db8:`.
    public var addressPrefix: String?

    /// A filter by what is named; by nothing, every socket fits.
    public init(uid: String? = nil, group: String? = nil, addressPrefix: String? = nil) {
        self.uid = uid
        self.group = group
        self.addressPrefix = addressPrefix
    }
}

/// What a gateway tells of one open socket.
public struct ConnectionDetails: Sendable, Hashable {
    /// How many groups are named at most.
    public static let maxGroups = 16

    /// Its name.
    public let id: ClientID
    /// The uid it is bound to.
    public let uid: String?
    /// Where it comes from: address and port, or only the address where a trusted proxy tells it.
    public let address: String
    /// The groups it is in, in order of joining: the first `maxGroups` of them.
    public let groups: [String]
    /// How many groups it is in.
    public let groupCount: Int
    /// How long it has been open.
    public let age: Duration
    /// Bytes that wait for it to take them.
    public let queuedBytes: Int
    /// Messages that came from it.
    public let messagesReceived: Int
    /// Messages accepted for sending to it.
    public let messagesSent: Int
}

/// Some of a gateway's sockets, and how many there are.
public struct ConnectionList: Sendable, Hashable {
    /// The first ones, in order of connecting; of a uid in order of binding, of a group in order of joining.
    public let connections: [ConnectionDetails]
    /// How many fit, those that are not listed among them.
    public let total: Int
}

extension Gateway {
    /// What each loop has counted since the gateway runs, in the order of the loops: as `statistics`, and as cheap.
    ///
    /// Empty before `run()` listens.
    public var loopStatistics: [GatewayStatistics] { context.withLock { $0?.loopStatistics } ?? [] }

    /// Lists open sockets with what an operator asks for.
    ///
    /// Each loop looks through the sockets in question without a pause: about 5 ms where two have 100,000 of them, some
    /// 100 ms with `addressPrefix`, since every address is written out for that, and few microseconds for those of a uid or
    /// a small group. It keeps `limit` rows at most.
    ///
    /// - Parameters:
    ///   - filter: Which sockets; every one by default.
    ///   - limit: How many are told; the others are counted. At least 0.
    /// - Returns: The first ones, and how many fit.
    /// - Throws: `stopped` before `run()` listens and after it has ended.
    public func connections(
        _ filter: ConnectionFilter = ConnectionFilter(),
        limit: Int = 100
    ) async throws(GatewayError) -> ConnectionList {
        precondition(limit >= 0, "a list has no fewer than no rows")
        guard let running = running.withLock({ $0 }) else { throw .notRunning("list the connections") }
        return await withCheckedContinuation { waiting in
            running.switchboard.list(filter, limit: limit) { waiting.resume(returning: $0) }
        }
    }

    /// Accepts no more sockets, and returns when those that are there have gone by themselves, however long that takes.
    ///
    /// They are served as before meanwhile, and what `adopt` and `attach` bring is taken still. Cancelling the task of `run()`
    /// tells those that are left to go, which ends this too. Returns at once when the gateway is not running.
    public func finish() async {
        guard let running = running.withLock({ $0 }) else { return }
        for listener in running.listeners { await listener.stop() }
        await running.context.connections.wait()
    }
}
