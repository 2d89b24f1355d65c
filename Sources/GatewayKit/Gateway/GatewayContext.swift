import ServerCore
import Synchronization

/// What all loops of a running gateway share.
final class GatewayContext: Sendable {
    let configuration: Gateway.Configuration
    /// The first six bytes of every client's id.
    let address: GatewayAddress
    /// Connections that are there, on all loops.
    let connections: ConnectionGate
    /// Those of each address; nil without a limit.
    let addresses: AddressCounts?
    /// Whose word is taken about where a request comes from; nil: nobody's.
    let proxies: TrustedProxies?
    /// Who hears of uids that come and go; nil: nobody.
    let presence: PresenceBoard?
    /// When the groups came about; nil with one loop, whose table knows it.
    let births: GroupBirths?
    /// Bytes that wait in memory, on all loops.
    let waiting: ByteMeter
    /// Those of each loop.
    private let waitingOfLoops: [ByteMeter]
    /// What each loop has counted.
    let counters: [Counters]

    private let serials = Atomic<UInt64>(1)
    private let turns = Atomic<Int>(0)

    init(
        _ configuration: Gateway.Configuration,
        proxies: TrustedProxies?,
        address: GatewayAddress,
        group: EventLoopGroup
    ) {
        self.proxies = proxies
        waiting = group.waiting
        waitingOfLoops = group.loops.map(\.waiting)
        self.configuration = configuration
        self.address = address
        let (limit, onEvent) = (configuration.limits.maxConnections, configuration.onEvent)
        let notice = FullNotice { isFull in onEvent?(isFull ? .connectionLimitReached(limit: limit) : .acceptingAgain) }
        connections = ConnectionGate(limit: limit) { notice.changed(isFull: $0, on: $1) }
        addresses = configuration.limits.maxConnectionsPerAddress.map { AddressCounts(limit: $0) }
        presence = configuration.onPresence.map { PresenceBoard($0) }
        births = configuration.loops > 1 ? GroupBirths() : nil
        counters = (0..<configuration.loops).map { _ in Counters() }
    }

    var limits: Gateway.Limits { configuration.limits }

    /// Whether so much waits that no more is to wait for anyone who has not taken what waits already.
    var isFull: Bool { waiting.value > configuration.limits.maxBufferedBytes }

    var statistics: GatewayStatistics { GatewayStatistics(counters, bufferedBytes: waiting.value) }

    var loopStatistics: [GatewayStatistics] {
        zip(counters, waitingOfLoops).map { GatewayStatistics([$0], bufferedBytes: $1.value) }
    }

    /// The next number in the one order of all loops: of connects and binds.
    func nextSerial() -> UInt64 { serials.wrappingAdd(1, ordering: .relaxed).oldValue }

    /// Whose turn it is to get a connection that comes from outside: a number that goes up.
    func nextTurn() -> Int { turns.wrappingAdd(1, ordering: .relaxed).oldValue & .max }

    func report(_ event: @autoclosure () -> GatewayEvent) {
        configuration.onEvent?(event())
    }
}
