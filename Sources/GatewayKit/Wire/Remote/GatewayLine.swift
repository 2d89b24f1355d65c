import ServerCore

/// One connection to a gateway, made anew whenever it is lost.
///
/// Orders go in the order of the calls, answers come in the order of the questions. Belongs to a loop and is touched only
/// there. Nothing waits for ever: each order has a deadline.
final class GatewayLine {
    /// What became of an order.
    enum Outcome {
        /// Its bytes are with the kernel.
        case sent
        /// The gateway answered.
        case answered([UInt8])
        /// It was not sent, or not wholly, or not answered.
        case failed(GatewayError.Code, String)

        var answer: [UInt8]? {
            if case .answered(let answer) = self { answer } else { nil }
        }

        var failure: (code: GatewayError.Code, cause: String)? {
            if case .failed(let code, let cause) = self { (code, cause) } else { nil }
        }
    }

    /// What an order does to the gateway.
    enum Kind: Sendable {
        /// It changes something, and is not answered.
        case command
        /// It asks, and changes nothing.
        case question
        /// It changes something, and its last packet asks.
        case commandAndQuestion

        var isAnswered: Bool { self != .command }
        var changes: Bool { self != .question }
    }

    /// Packets that go one behind the other, and who waits for them.
    struct Order {
        let bytes: [UInt8]
        let kind: Kind
        let done: (Outcome) -> Void
    }

    private enum State {
        /// Dialling, or pausing before it.
        case dialling
        /// Connected, and asked whether it takes our secret.
        case greeting(GatewaySession)
        case ready(GatewaySession)
        case stopped
    }

    let address: GatewayAddress
    private let secret: [UInt8]
    private let loop: EventLoop
    private let limits: RemoteLimits
    private let onEvent: (@Sendable (GatewayEvent) -> Void)?
    /// Called when a connection has gone, before the next attempt.
    var ended: () -> Void = {}
    private var redialer: Redialer?
    private var state = State.dialling
    /// Attempts in a row that came to nothing: after one, orders fail at once instead of waiting.
    private var failures = 0
    /// A loss is told once, not with every attempt.
    private var isLossTold = false
    private var held: [(order: Order, deadline: ContinuousClock.Instant)] = []
    private var heldBytes = 0
    private var timer: TimerID?

    /// - Parameters:
    ///   - address: which gateway.
    ///   - secret: what it wants to hear.
    ///   - loop: who owns the connection.
    ///   - limits: how long things may take, and how much may wait.
    ///   - onEvent: hears when the gateway is lost and found.
    init(
        _ address: GatewayAddress,
        secret: [UInt8],
        on loop: EventLoop,
        limits: RemoteLimits,
        onEvent: (@Sendable (GatewayEvent) -> Void)?
    ) {
        self.address = address
        self.secret = secret
        self.loop = loop
        self.limits = limits
        self.onEvent = onEvent
    }

    /// Whether the gateway takes orders at this moment.
    var isReady: Bool {
        if case .ready = state { true } else { false }
    }

    /// Whether orders are taken, at this moment or as soon as the first attempt to connect has succeeded.
    var isHopeful: Bool {
        switch state {
        case .ready: true
        case .dialling, .greeting: failures == 0
        case .stopped: false
        }
    }

    /// How many orders wait to be sent or answered.
    var load: Int { held.count + (session?.load ?? 0) }

    /// Dials and goes on until `stop`.
    func start() {
        redialer = Redialer("\(address)", on: loop, pauses: limits.pauses) { [weak self] connection in
            self?.connected(connection)
        } failed: { [weak self] reason in
            self?.attemptFailed(reason)
        }
        redialer?.start()
    }

    /// Sends an order, or keeps it until there is a connection; `done` may be called at once.
    func send(_ order: Order) {
        switch state {
        case .ready(let session):
            guard fits(order, behind: session.connection.unsent) else { return fail(order, "too much waits for it") }
            session.send(order, deadline: loop.now + (order.kind.isAnswered ? limits.answer : limits.patience))
            watch()
        case .dialling, .greeting:
            guard failures == 0 else { return fail(order, "no connection") }
            guard fits(order, behind: heldBytes) else { return fail(order, "too much waits for it") }
            held.append((order, loop.now + limits.patience))
            heldBytes += order.bytes.count
            watch()
        case .stopped: order.done(.failed(.stopped, "the client has ended"))
        }
    }

    /// Closes the connection for good and fails what waits.
    func stop() {
        redialer?.stop()
        if let timer { loop.cancel(timer) }
        timer = nil
        let session = session
        state = .stopped
        session?.connection.closeAfterFlush()
        session?.failAll(.stopped, "the client has ended")
        failHeld(.stopped, "the client has ended")
    }

    private var session: GatewaySession? {
        switch state {
        case .greeting(let session), .ready(let session): session
        case .dialling, .stopped: nil
        }
    }

    private func fits(_ order: Order, behind waiting: Int) -> Bool {
        waiting == 0 || waiting + order.bytes.count <= limits.backlog
    }

    private func fail(_ order: Order, _ reason: String) {
        order.done(.failed(.unreachable, "\(address): \(reason)"))
    }

    private func failHeld(_ code: GatewayError.Code, _ reason: String) {
        let orders = held
        held = []
        heldBytes = 0
        for entry in orders { entry.order.done(.failed(code, "\(address): \(reason)")) }
    }

    // MARK: The connection

    private func connected(_ connection: StreamConnection) {
        let session = GatewaySession(connection, of: self)
        state = .greeting(session)
        connection.start(session)
        connection.setDeadline(after: .seconds(3))
        // A wrong secret is answered by the end of the connection only, so the greeting ends in a question: once that is
        // answered, the gateway takes orders.
        let question = GatewayPacket(.isOnline).bytes
        let bytes = secret.isEmpty ? question : GatewayPacket.authentication(secret: secret).bytes + question
        let greeting = Order(bytes: bytes, kind: .question) { [weak self, weak session] outcome in
            if let self, let session, case .answered = outcome { ready(session) }
        }
        session.send(greeting, deadline: loop.now + limits.answer)
    }

    private func ready(_ session: GatewaySession) {
        session.connection.setDeadline(after: nil)
        state = .ready(session)
        failures = 0
        isLossTold = false
        onEvent?(.gatewayConnected(address))
        let orders = held
        held = []
        heldBytes = 0
        for entry in orders { send(entry.order) }
    }

    private func attemptFailed(_ reason: String) {
        failures += 1
        tellLoss(reason)
        failHeld(.unreachable, reason)
        ended()
    }

    private func tellLoss(_ reason: String) {
        guard !isLossTold else { return }
        isLossTold = true
        onEvent?(.gatewayLost(address, reason: reason))
    }

    /// A connection is of no more use.
    func lost(_ session: GatewaySession, _ reason: String, code: GatewayError.Code = .unreachable) {
        guard session === self.session else { return }
        let wasReady = isReady
        state = .dialling
        session.settle()
        session.connection.abort()
        session.failAll(code, "\(address): \(reason)")
        redialer?.lost()
        if wasReady {
            tellLoss(reason)
            ended()
        } else {
            attemptFailed("\(reason) before it took us: is the secret the same?")
        }
    }

    // MARK: Deadlines

    /// Looks after the deadlines while something waits.
    private func watch() {
        guard timer == nil else { return }
        timer = loop.schedule(after: .milliseconds(20)) { [weak self] in self?.look() }
    }

    private func look() {
        timer = nil
        let now = loop.now
        while let first = held.first, first.deadline <= now {
            held.removeFirst()
            heldBytes -= first.order.bytes.count
            fail(first.order, "no connection in time")
        }
        if let session, let overdue = session.overdue(at: now) {
            switch overdue {
            case .bytes: lost(session, "it takes no more bytes")
            case .answer: lost(session, "no answer in time", code: .timedOut)
            }
        }
        if load > 0 { watch() }
    }
}
