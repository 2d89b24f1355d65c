import PlatformCore
import ServerCore

/// The workers of PHP's GatewayWorker that are connected to a gateway, and the events on their way to them.
///
/// Events come from any loop and go out on the loop of the inner port, in the order in which each loop posted them. While
/// no worker is there they wait, for a while and `maxWaiting` bytes of them, from the start on: workers that are reloaded
/// are back within seconds. After that the gateway refuses clients until there is a worker again, and those whose events
/// waited are cut, as the original does at once.
final class WorkerDesk: @unchecked Sendable {
    // Proof of Sendable: what changes is behind the lock, or reached on the loop only.

    /// What happened to a client, as the packets that tell it.
    struct Event: Sendable {
        enum Kind: Sendable {
            case opened
            case message
            case closed
        }

        let kind: Kind
        let client: UInt32
        let packets: [UInt8]
    }

    private struct Inbox {
        /// Whether there is a worker, or one is likely to come back.
        var isOpen = false
        /// What nobody has fetched yet.
        var events: [Event] = []
        /// The bytes of the events that no connection has got yet.
        var bytes = 0
    }

    /// How much must be free for someone new.
    private static let newcomer = 64 << 10

    private let loop: EventLoop
    private let address: GatewayAddress
    private let limits: WorkerLimits
    private let onEvent: (@Sendable (GatewayEvent) -> Void)?
    private var slowReported: ContinuousClock.Instant?
    private let inbox = Lock(Inbox())
    private var roster = WorkerRoster()
    private var workers: [Int: (connection: StreamConnection, key: String)] = [:]
    private var held: [Event] = []
    /// Runs while events wait for a worker.
    private var timer: TimerID?
    private var switchboard: Switchboard?

    /// - Parameters:
    ///   - loop: the inner port's.
    ///   - address: the gateway's.
    ///   - limits: how long and how much may wait for them.
    ///   - onEvent: hears of workers that come and go.
    init(
        on loop: EventLoop,
        of address: GatewayAddress,
        limits: WorkerLimits,
        onEvent: (@Sendable (GatewayEvent) -> Void)?
    ) {
        self.loop = loop
        self.address = address
        self.limits = limits
        self.onEvent = onEvent
    }

    // MARK: From any loop

    /// Whether clients are taken: there is a worker, or one is likely to come and there is room for what waits for it.
    var isOpen: Bool { inbox.withLock { $0.isOpen && $0.bytes + Self.newcomer <= limits.maxWaiting } }

    /// Tells a worker; false if there is none, or too much waits: the client should go.
    func post(_ event: Event) -> Bool {
        let (isTaken, isFirst) = inbox.withLock { inbox in
            let hasRoom = inbox.isOpen && inbox.bytes + event.packets.count <= limits.maxWaiting
            // Who has gone is always told, at least to the roster.
            guard hasRoom || event.kind == .closed else { return (false, false) }
            inbox.events.append(event)
            inbox.bytes += event.packets.count
            return (true, inbox.events.count == 1)
        }
        if isFirst { loop.execute { self.route() } }
        return isTaken
    }

    // MARK: On the loop

    /// The gateway runs: from now on clients can be cut, and wait for the first worker.
    func start(_ switchboard: Switchboard) {
        self.switchboard = switchboard
        inbox.withLock { $0.isOpen = true }
        awaitWorker()
    }

    /// A worker has come; one with the same key that was there before is closed.
    func entered(_ connection: StreamConnection, key: String) {
        let seat = roster.enter(key)
        let former = workers.updateValue((connection, key), forKey: seat)
        former?.connection.close()
        onEvent?(.workerConnected(key))
        inbox.withLock { $0.isOpen = true }
        if let timer { loop.cancel(timer) }
        timer = nil
        if workers.count == 1, former == nil, address.ipv4 != 0x7F00_0001 { schedulePing() }
        route()
    }

    /// A connection that may have been a worker's has gone.
    func left(_ connection: StreamConnection) {
        guard let (seat, worker) = workers.first(where: { $0.value.connection === connection }) else { return }
        workers[seat] = nil
        roster.leave(seat: seat)
        onEvent?(.workerLost(worker.key))
        if workers.isEmpty { awaitWorker() }
    }

    private func awaitWorker() {
        timer = loop.schedule(after: limits.grace) { [weak self] in self?.close() }
    }

    private func route() {
        let events = inbox.withLock { inbox in
            defer { inbox.events = [] }
            return inbox.events
        }
        held += events
        let isWaiting = workers.isEmpty && timer != nil
        guard !isWaiting else { return }
        let due = held
        held = []
        inbox.withLock { $0.bytes -= due.reduce(0) { $0 + $1.packets.count } }
        for event in due {
            send(event)
            if event.kind == .closed { roster.forget(event.client) }
        }
    }

    /// Gives an event to its client's worker; a client that has none, or whose worker does not keep up, is cut.
    private func send(_ event: Event) {
        guard let seat = roster.seat(of: event.client), let worker = workers[seat],
            event.kind == .closed || !isBehind(worker)
        else {
            if event.kind != .closed { switchboard?.perform(.destroy(event.client)) }
            return
        }
        worker.connection.write(event.packets)
    }

    private func isBehind(_ worker: (connection: StreamConnection, key: String)) -> Bool {
        let waiting = worker.connection.unsent
        guard waiting > limits.maxUnsent else { return false }
        // At most once a second: those who are cut may be many.
        if slowReported.map({ loop.now - $0 >= .seconds(1) }) ?? true {
            slowReported = loop.now
            onEvent?(.workerSlow(worker.key, waitingBytes: waiting))
        }
        return true
    }

    /// No worker came back: what waits is given up.
    private func close() {
        timer = nil
        inbox.withLock { $0.isOpen = false }
        route()
    }

    private func schedulePing() {
        loop.schedule(after: limits.ping) { [weak self] in
            guard let self, !workers.isEmpty else { return }
            for worker in workers.values { worker.connection.write(GatewayPacket(.ping).bytes) }
            schedulePing()
        }
    }
}
