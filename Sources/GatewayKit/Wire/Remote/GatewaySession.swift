import ServerCore

/// One connection of a line: what was written on it, and which answers it owes.
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
        let done: (GatewayLine.Outcome) -> Void
    }

    /// First in, first out, at a constant cost however many wait.
    private struct Queue {
        private var elements: [Waiting] = []
        private var start = 0

        var count: Int { elements.count - start }
        var isEmpty: Bool { start == elements.count }
        var first: Waiting? { isEmpty ? nil : elements[start] }

        mutating func append(_ waiting: Waiting) { elements.append(waiting) }

        mutating func takeFirst() -> Waiting {
            defer {
                start += 1
                if start > elements.count / 2 {
                    elements.removeFirst(start)
                    start = 0
                }
            }
            return elements[start]
        }
    }

    let connection: StreamConnection
    private let line: GatewayLine
    private var parser = AnswerParser()
    private var written = 0
    private var commands = Queue()
    private var queries = Queue()

    init(_ connection: StreamConnection, of line: GatewayLine) {
        self.connection = connection
        self.line = line
    }

    var stream: any ByteStream { connection }

    /// How many orders wait to be sent or answered.
    var load: Int { commands.count + queries.count }

    func send(_ order: GatewayLine.Order, deadline: ContinuousClock.Instant) {
        written += order.bytes.count
        connection.write(order.bytes)
        let waiting = Waiting(end: written, deadline: deadline, done: order.done)
        if order.kind.isAnswered { queries.append(waiting) } else { commands.append(waiting) }
    }

    /// Tells the commands whose bytes are with the kernel.
    func settle() {
        let sent = written - connection.unsent
        while let first = commands.first, first.end <= sent { commands.takeFirst().done(.sent) }
    }

    func failAll(_ code: GatewayError.Code, _ reason: String) {
        while !commands.isEmpty { commands.takeFirst().done(.failed(code, reason)) }
        while !queries.isEmpty { queries.takeFirst().done(.failed(code, reason)) }
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
                guard !queries.isEmpty else { return line.lost(self, "it answers what nobody asked") }
                queries.takeFirst().done(.answered(answer))
            }
        } catch {
            line.lost(self, "its answer is beyond the limit", code: .malformedAnswer)
        }
    }

    func drained() { settle() }

    func peerEnded() { line.lost(self, "it closed the connection") }

    func deadlinePassed() { line.lost(self, "it does not answer") }

    func closed(_ end: StreamEnd) { line.lost(self, "\(end)") }
}
