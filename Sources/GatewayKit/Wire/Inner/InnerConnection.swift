import ServerCore

/// One connection to a gateway's inner port: packets in, answers out in the order of the questions.
final class InnerConnection: ByteStreamDelegate {
    /// How much may wait for a peer that asks more than it reads, before nothing more of it is read.
    private static let maxUnsent = 1 << 20
    private static let maxUnanswered = 1024
    /// What a stranger may send before the secret.
    private static let strangerLimit = 64 << 10

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
        var input = ByteCursor(bytes)
        do throws(GatewayPacketParser.Violation) {
            while connection.isOpen, let packet = try parser.next(&input) { take(packet) }
        } catch {
            refuse(error == .tooLong ? "a packet beyond the limit" : "a packet shorter than its header says")
        }
    }

    func peerEnded() {
        hasPeerEnded = true
        closeWhenAnswered()
    }

    func drained() { throttle() }

    func deadlinePassed() { refuse("no secret in time") }

    func closed(_ end: StreamEnd) {
        turnstile.leave(asStranger: !gate.isOpen)
        port.desk?.left(connection)
        port.closed(self)
    }

    private func take(_ packet: PacketView) {
        let wasStranger = !gate.isOpen
        switch gate.judge(packet) {
        case .refused(let reason): refuse(reason)
        case .authenticated(let worker):
            if let worker { port.desk?.entered(connection, key: "\(connection.peer.ip):\(worker)") }
            guard wasStranger else { return }
            turnstile.admit()
            connection.setDeadline(after: nil)
            parser.limit = GatewayPacket.defaultLimit
        case .command:
            if let command = Command(packet) {
                switchboard.perform(command)
            } else if let query = InnerQuery(packet) {
                ask(query)
            }  // Unknown commands are ignored and leave the connection usable, as in the original.
        }
    }

    private func ask(_ query: InnerQuery) {
        let number = asked
        asked += 1
        let bound = LoopBound(self, to: connection.loop)
        query.ask(switchboard) { bytes in
            bound.loop.execute { bound.value.answer(number, bytes) }
        }
        throttle()
    }

    private func answer(_ number: Int, _ bytes: [UInt8]) {
        early[number] = bytes
        while let next = early.removeValue(forKey: answered) {
            connection.write(next)
            answered += 1
        }
        throttle()
        closeWhenAnswered()
    }

    private func throttle() {
        guard connection.isOpen else { return }
        if connection.unsent > Self.maxUnsent || asked - answered > Self.maxUnanswered {
            connection.pauseReading()
        } else {
            connection.resumeReading()
        }
    }

    private func closeWhenAnswered() {
        if hasPeerEnded, asked == answered { connection.closeAfterFlush() }
    }

    private func refuse(_ reason: String) {
        port.refused(connection.peer, reason)
        connection.close()
    }
}
