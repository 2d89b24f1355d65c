import ServerCore

/// The connections to one gateway: an ordered one for all that changes something, and a few more for questions.
///
/// A question goes behind the commands while some of them are unconfirmed, so that it sees what they did; else it goes by
/// a line of its own, so that a slow answer holds up no push. Belongs to a loop and is touched only there.
final class GatewayLink {
    let address: GatewayAddress
    /// A connection was lost with commands of which it is not known whether the gateway obeyed them.
    private(set) var hasLostCommands = false

    private let makeLine: (_ onEvent: (@Sendable (GatewayEvent) -> Void)?) -> GatewayLine
    private let maxQuestionLines: Int
    private var ordered: GatewayLine?
    private var questionLines: [GatewayLine] = []
    /// The number of the last command, of the last whose bytes were with the kernel, and of the last that an answer
    /// behind it has confirmed.
    private var lastCommand = 0
    private var lastSent = 0
    private var lastConfirmed = 0

    /// - Parameters:
    ///   - address: which gateway.
    ///   - secret: what it wants to hear.
    ///   - loop: who owns the connections.
    ///   - limits: how long things may take, and how much may wait.
    ///   - onEvent: hears when the gateway is lost and found.
    ///   - ended: called when the ordered connection has gone, before the next attempt.
    init(
        _ address: GatewayAddress,
        secret: [UInt8],
        on loop: EventLoop,
        limits: RemoteLimits,
        onEvent: (@Sendable (GatewayEvent) -> Void)?,
        ended: @escaping (GatewayLink) -> Void
    ) {
        self.address = address
        maxQuestionLines = limits.questionLines
        makeLine = { GatewayLine(address, secret: secret, on: loop, limits: limits, onEvent: $0) }
        let line = makeLine(onEvent)
        line.ended = { [weak self] in
            guard let self else { return }
            giveUpUnconfirmed()
            ended(self)
        }
        ordered = line
    }

    /// Whether the gateway takes commands at this moment.
    var isReady: Bool { ordered?.isReady ?? false }

    /// Whether nothing waits to be sent or answered.
    var isIdle: Bool { (ordered?.load ?? 0) == 0 && questionLines.allSatisfy { $0.load == 0 } }

    /// Dials and goes on until `stop`.
    func start() {
        ordered?.start()
    }

    /// Closes the connections for good and fails what waits.
    func stop() {
        ordered?.stop()
        for line in questionLines { line.stop() }
        ordered = nil
        questionLines = []
    }

    /// Sends an order, or keeps it until there is a connection; `done` may be called at once.
    func send(_ order: GatewayLine.Order) {
        guard let ordered else { return order.done(.failed(.stopped, "the client has ended")) }
        if order.kind == .question, lastCommand == lastConfirmed, ordered.isReady, let line = questionLine() {
            return line.send(order)
        }
        if order.kind.changes { lastCommand += 1 }
        let command = lastCommand
        ordered.send(
            .init(bytes: order.bytes, kind: order.kind) { [weak self] outcome in
                self?.note(outcome, of: command)
                order.done(outcome)
            }
        )
    }

    /// Asks behind all commands whether the gateway is there: once it answers, it has obeyed them.
    func confirm(_ done: @escaping (GatewayLine.Outcome) -> Void) {
        if hasLostCommands {
            hasLostCommands = false
            return done(.failed(.unreachable, "\(address): the connection was lost behind the commands"))
        }
        guard lastCommand > lastConfirmed else { return done(.answered([])) }
        send(.init(bytes: GatewayPacket(.isOnline).bytes, kind: .question, done: done))
    }

    private func note(_ outcome: GatewayLine.Outcome, of command: Int) {
        switch outcome {
        case .sent: lastSent = max(lastSent, command)
        case .answered: lastConfirmed = max(lastConfirmed, command)
        case .failed: break
        }
    }

    /// What was sent on a connection that is lost will not be confirmed any more.
    private func giveUpUnconfirmed() {
        if lastSent > lastConfirmed { hasLostCommands = true }
        lastConfirmed = lastCommand
    }

    /// The line with the fewest questions; a new one while all have some, nil when none can be had.
    private func questionLine() -> GatewayLine? {
        let best = questionLines.filter(\.isHopeful).min { $0.load < $1.load }
        if let best, best.load == 0 || questionLines.count >= maxQuestionLines { return best }
        guard questionLines.count < maxQuestionLines else { return nil }
        let line = makeLine(nil)
        questionLines.append(line)
        line.start()
        return line
    }
}
