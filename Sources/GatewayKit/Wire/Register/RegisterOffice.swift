import ServerCore

/// The connections of a Register, on its loop: carries out what the directory decides.
final class RegisterOffice {
    private let configuration: Register.Configuration
    private var directory: RegisterDirectory
    private var visitors: [Int: RegisterVisitor] = [:]
    private var lastNumber = 0
    private var refusals = EventQuota()
    private let turnstile: Turnstile

    init(_ configuration: Register.Configuration, _ listener: Listener, on loop: EventLoop) {
        self.configuration = configuration
        turnstile = Turnstile(listener, on: loop, limits: configuration.limits, onEvent: configuration.onEvent)
        directory = RegisterDirectory(secret: Array(configuration.secret.utf8))
    }

    func take(_ connection: StreamConnection) {
        lastNumber += 1
        let visitor = RegisterVisitor(connection, number: lastNumber, of: self)
        visitors[lastNumber] = visitor
        connection.start(visitor)
        connection.setDeadline(after: configuration.limits.timeout)
        turnstile.enter(asStranger: true)
    }

    func received(_ line: [UInt8], from visitor: RegisterVisitor) {
        perform(directory.received(line, on: visitor.number, from: visitor.connection.peer.ip))
        // Stricter than PHP, where any line stops that clock: a stranger's ping does not.
        guard visitor.isStranger, directory.knows(visitor.number) else { return }
        visitor.isStranger = false
        visitor.connection.setDeadline(after: nil)
        turnstile.admit()
    }

    func refuse(_ visitor: RegisterVisitor, _ reason: String) {
        if let reason = refusals.reason(reason, at: visitor.connection.loop.now) {
            configuration.onEvent?(.registerConnectionRefused(peer: "\(visitor.connection.peer)", reason: reason))
        }
        visitor.connection.closeAfterFlush()
    }

    func closed(_ visitor: RegisterVisitor) {
        visitors[visitor.number] = nil
        turnstile.leave(asStranger: visitor.isStranger)
        perform(directory.closed(visitor.number))
    }

    private func perform(_ actions: [RegisterDirectory.Action]) {
        for action in actions {
            switch action {
            case .send(let bytes, let number): visitors[number]?.send(bytes)
            case .close(let number, let reason):
                if let visitor = visitors[number] { refuse(visitor, reason) }
            }
        }
    }
}

/// One connection to a Register.
final class RegisterVisitor: ByteStreamDelegate {
    /// Beyond this many unsent bytes a worker does not listen, and is better off with a new connection.
    private static let maxUnsent = 4 << 20

    let connection: StreamConnection
    let number: Int
    /// Whether it has not announced itself yet.
    var isStranger = true
    private let office: RegisterOffice
    private var reader = LineReader(limit: 64 << 10)

    init(_ connection: StreamConnection, number: Int, of office: RegisterOffice) {
        self.connection = connection
        self.number = number
        self.office = office
    }

    var stream: any ByteStream { connection }

    func send(_ bytes: [UInt8]) {
        connection.write(bytes)
        if connection.unsent > Self.maxUnsent { connection.close() }
    }

    func received(_ bytes: UnsafeMutableRawBufferPointer) {
        reader.append(bytes)
        do throws(LineReader.TooLong) {
            while connection.isOpen, let line = try reader.next() { office.received(line, from: self) }
        } catch {
            office.refuse(self, "a line of more than 64 KiB")
        }
    }

    func deadlinePassed() { office.refuse(self, "it did not announce itself") }

    func closed(_ end: StreamEnd) { office.closed(self) }
}
