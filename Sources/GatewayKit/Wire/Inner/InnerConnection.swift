import ServerCore

/// One connection to a gateway's inner port: packets in, answers out in the order of the questions.
///
/// A packet is taken once what was taken before allows it: see `mayTake`. What has been read by then waits here, and nothing
/// more is read. So a peer that asks more than it reads costs one long answer beyond `maxUnsent`, and one that sends
/// commands by the thousand leaves the loops time for others.
final class InnerConnection: ByteStreamDelegate {
    /// How much may wait for a peer that asks more than it reads, before it is asked for more.
    private static let maxUnsent = 1 << 20
    /// How many questions may be under way, of which one at most has a long answer.
    private static let maxUnanswered = 1024
    /// How many commands may be taken that the loops have not carried out; those of some size count for more.
    private static let maxCommands = 768
    private static let commandBytes = 8 << 10
    /// After how many of them the loops are asked.
    private static let commandRound = 256
    /// What a stranger may send before the secret.
    private static let strangerLimit = 64 << 10
    /// How much of a worker's name counts: PHP's are about 30 letters.
    private static let maxWorkerName = 256

    let connection: StreamConnection
    private let port: InnerPort
    private let turnstile: Turnstile
    private let switchboard: Switchboard
    private var gate: InnerGate
    private var parser: GatewayPacketParser
    /// The number of the next question, and of the next one to be answered.
    private var asked = 0
    private var answered = 0
    /// Answers that came before those to earlier questions.
    private var early: [Int: [UInt8]] = [:]
    /// Whether a question is under way whose answer may be long.
    private var awaitsLongAnswer = false
    /// The commands taken that the loops may not have carried out, and of these the ones that they have not been asked about.
    private var commands = 0
    private var newCommands = 0
    /// What was read and not taken yet.
    private var waiting = WaitingInput()
    private var hasPeerEnded = false

    init(
        _ connection: StreamConnection,
        of port: InnerPort,
        secret: [UInt8],
        turnstile: Turnstile,
        switchboard: Switchboard
    ) {
        self.connection = connection
        self.port = port
        self.turnstile = turnstile
        self.switchboard = switchboard
        gate = InnerGate(secret: secret)
        parser = GatewayPacketParser(limit: gate.isOpen ? GatewayPacket.defaultLimit : Self.strangerLimit)
    }

    var stream: any ByteStream { connection }

    func start(timeout: Duration) {
        connection.start(self)
        // With the empty secret everyone may come and stay: there is no idle time-out on the inner port.
        if !gate.isOpen { connection.setDeadline(after: timeout) }
        turnstile.enter(asStranger: !gate.isOpen)
    }

    func received(_ bytes: UnsafeMutableRawBufferPointer) {
        guard waiting.isEmpty else { return waiting.append(bytes) }
        var input = ByteCursor(bytes)
        take(&input)
        waiting.append(input.rest)
        throttle()
    }

    func peerEnded() {
        hasPeerEnded = true
        closeWhenAnswered()
    }

    func drained() { goOn() }

    func deadlinePassed() { refuse("no secret in time") }

    func closed(_ end: StreamEnd) {
        turnstile.leave(asStranger: !gate.isOpen)
        port.desk?.left(connection)
        port.closed(self)
    }

    /// Whether the next packet may be taken.
    private var mayTake: Bool {
        connection.isOpen && !awaitsLongAnswer && asked - answered < Self.maxUnanswered
            && commands < Self.maxCommands && connection.unsent <= Self.maxUnsent
    }

    private func take(_ input: inout ByteCursor) {
        do throws(GatewayPacketParser.Violation) {
            while mayTake, let packet = try parser.next(&input) { take(packet) }
        } catch {
            refuse(error == .tooLong ? "a packet beyond the limit" : "a packet shorter than its header says")
        }
    }

    /// Takes what was read before, as far as it may be taken by now, and reads on behind it.
    private func goOn() {
        waiting.read { take(&$0) }
        throttle()
        closeWhenAnswered()
    }

    private func take(_ packet: PacketView) {
        let wasStranger = !gate.isOpen
        switch gate.judge(packet) {
        case .refused(let reason): refuse(reason)
        case .authenticated(let worker):
            if let worker {
                port.desk?.entered(connection, key: "\(connection.peer.ip):\(worker.prefix(Self.maxWorkerName))")
            }
            guard wasStranger else { return }
            turnstile.admit()
            connection.setDeadline(after: nil)
            parser.limit = GatewayPacket.defaultLimit
        case .command:
            if let command = Command(packet) {
                perform(command, size: packet.extra.count + packet.body.count)
            } else if let query = InnerQuery(packet) {
                ask(query)
            }  // Unknown commands are ignored and leave the connection usable, as in the original.
        }
    }

    private func perform(_ command: Command, size: Int) {
        switchboard.perform(command)
        let weight = 1 + size / Self.commandBytes
        commands += weight
        newCommands += weight
        guard newCommands >= Self.commandRound else { return }
        let round = newCommands
        newCommands = 0
        let bound = LoopBound(self, to: connection.loop)
        switchboard.whenAllObeyed {
            bound.loop.execute { bound.value.obeyed(round) }
        }
    }

    private func obeyed(_ round: Int) {
        commands -= round
        goOn()
    }

    private func ask(_ query: InnerQuery) {
        let (number, isLong) = (asked, !query.hasShortAnswer)
        asked += 1
        if isLong { awaitsLongAnswer = true }
        let bound = LoopBound(self, to: connection.loop)
        query.ask(switchboard) { bytes in
            bound.loop.execute { bound.value.answer(number, bytes, isLong: isLong) }
        }
    }

    private func answer(_ number: Int, _ bytes: [UInt8], isLong: Bool) {
        if isLong { awaitsLongAnswer = false }
        early[number] = bytes
        while let next = early.removeValue(forKey: answered) {
            connection.write(next)
            answered += 1
        }
        goOn()
    }

    private func throttle() {
        guard connection.isOpen else { return }
        if mayTake, waiting.isEmpty { connection.resumeReading() } else { connection.pauseReading() }
    }

    private func closeWhenAnswered() {
        if hasPeerEnded, waiting.isEmpty, asked == answered { connection.closeAfterFlush() }
    }

    private func refuse(_ reason: String) {
        port.refused(connection.peer, reason)
        connection.close()
    }
}
