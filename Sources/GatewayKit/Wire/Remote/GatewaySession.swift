import ServerCore

/// One connection of a link: what was written on it, and which answers it owes.
final class GatewaySession: ByteStreamDelegate {
    /// What a gateway has not done in time.
    enum Overdue {
        /// It takes no bytes.
        case bytes
        /// It does not answer.
        case answer
    }

    private struct Waiting {
        /// How many bytes of the connection have to be with the kernel for this one.
        let end: Int
        let deadline: ContinuousClock.Instant
        let done: (GatewayLink.Outcome) -> Void
    }

    let connection: StreamConnection
    private let link: GatewayLink
    private var parser = AnswerParser()
    private var written = 0
    private var commands: [Waiting] = []
    private var queries: [Waiting] = []

    init(_ connection: StreamConnection, of link: GatewayLink) {
        self.connection = connection
        self.link = link
    }

    var stream: any ByteStream { connection }

    /// Whether nothing waits to be sent or answered.
    var isIdle: Bool { commands.isEmpty && queries.isEmpty }

    func send(_ order: GatewayLink.Order, deadline: ContinuousClock.Instant) {
        written += order.bytes.count
        connection.write(order.bytes)
        let waiting = Waiting(end: written, deadline: deadline, done: order.done)
        if order.isQuery { queries.append(waiting) } else { commands.append(waiting) }
    }

    /// Tells the commands whose bytes are with the kernel.
    func settle() {
        let sent = written - connection.unsent
        let count = commands.prefix { $0.end <= sent }.count
        guard count > 0 else { return }
        let settled = commands.prefix(count)
        commands.removeFirst(count)
        for command in settled { command.done(.sent) }
    }

    func failAll(_ code: GatewayError.Code, _ reason: String) {
        let orders = commands + queries
        commands = []
        queries = []
        for order in orders { order.done(.failed(code, reason)) }
    }

    func overdue(at now: ContinuousClock.Instant) -> Overdue? {
        settle()
        if let first = commands.first, first.deadline <= now { return .bytes }
        if let first = queries.first, first.deadline <= now { return .answer }
        return nil
    }

    func received(_ bytes: UnsafeMutableRawBufferPointer) {
        parser.append(bytes)
        do throws(GatewayPacketParser.Violation) {
            while let answer = try parser.next() {
                guard !queries.isEmpty else { return link.lost(self, "it answers what nobody asked") }
                queries.removeFirst().done(.answered(answer))
            }
        } catch {
            link.lost(self, "its answer is beyond the limit", code: .malformedAnswer)
        }
    }

    func drained() { settle() }

    func peerEnded() { link.lost(self, "it closed the connection") }

    func deadlinePassed() { link.lost(self, "it does not answer") }

    func closed(_ end: StreamEnd) { link.lost(self, "\(end)") }
}
