import ServerCore

/// A long connection to one Register, made anew whenever it is lost: a gateway's announcement, or a client's wish to be
/// told the addresses.
///
/// Belongs to a loop and is touched only there.
final class RegisterLink {
    private let register: String
    private let greeting: RegisterMessage
    private let loop: EventLoop
    private let timing: RegisterTiming
    private let onEvent: (@Sendable (GatewayEvent) -> Void)?
    private let addressesCame: ([String]) -> Void
    private var redialer: Redialer?
    private var session: RegisterSession?
    private var acceptanceTimer: TimerID?
    private var pingTimer: TimerID?
    private var isRegistered = false
    /// A loss is told once, not with every attempt.
    private var isLossTold = false

    /// - Parameters:
    ///   - register: where it is, `host:port`.
    ///   - greeting: the first line of each connection.
    ///   - loop: who owns the connection.
    ///   - timing: the times of the protocol.
    ///   - onEvent: hears when the Register is lost and found.
    ///   - addressesCame: gets each list that the Register sends.
    init(
        _ register: String,
        greeting: RegisterMessage,
        on loop: EventLoop,
        timing: RegisterTiming,
        onEvent: (@Sendable (GatewayEvent) -> Void)?,
        addressesCame: @escaping ([String]) -> Void = { _ in }
    ) {
        self.register = register
        self.greeting = greeting
        self.loop = loop
        self.timing = timing
        self.onEvent = onEvent
        self.addressesCame = addressesCame
    }

    /// Dials and goes on until `stop`.
    func start() {
        redialer = Redialer(register, on: loop, pauses: timing.pauses) { [weak self] connection in
            self?.connected(connection)
        } failed: { [weak self] reason in
            self?.tellLoss(reason)
        }
        redialer?.start()
    }

    /// Closes the connection for good; the Register then tells everyone that this gateway has gone.
    func stop() {
        redialer?.stop()
        forgetSession()?.connection.close()
    }

    fileprivate func received(_ line: [UInt8], on session: RegisterSession) {
        guard session === self.session else { return }
        // A line that is no list is none of ours; PHP's Register says "Bad request …" and closes.
        guard case .broadcastAddresses(let addresses)? = try? RegisterMessage(line: line) else { return }
        tellRegistered()
        addressesCame(addresses)
    }

    fileprivate func ended(_ session: RegisterSession, _ reason: String) {
        guard session === self.session else { return }
        let wasTaken = isRegistered
        forgetSession()
        session.connection.close()
        redialer?.lost()
        tellLoss(wasTaken ? reason : "\(reason) before it took us: is the secret the same?")
    }

    private func connected(_ connection: StreamConnection) {
        let session = RegisterSession(connection, of: self)
        self.session = session
        connection.start(session)
        connection.write(greeting.line)
        if case .gatewayConnect = greeting {
            acceptanceTimer = loop.schedule(after: timing.acceptance) { [weak self] in self?.tellRegistered() }
        }
        // As PHP's gateways and workers decide it: by the text of the address.
        if !register.hasPrefix("127.0.0.1") { schedulePing() }
    }

    private func schedulePing() {
        pingTimer = loop.schedule(after: timing.ping) { [weak self] in
            self?.session?.connection.write(RegisterMessage.ping.line)
            self?.schedulePing()
        }
    }

    @discardableResult
    private func forgetSession() -> RegisterSession? {
        defer { session = nil }
        for timer in [acceptanceTimer, pingTimer] { timer.map(loop.cancel) }
        acceptanceTimer = nil
        pingTimer = nil
        isRegistered = false
        return session
    }

    private func tellRegistered() {
        guard !isRegistered else { return }
        isRegistered = true
        isLossTold = false
        onEvent?(.registered(register: register))
    }

    private func tellLoss(_ reason: String) {
        guard !isLossTold else { return }
        isLossTold = true
        onEvent?(.registerLost(register: register, reason: reason))
    }
}

/// One connection of a link.
private final class RegisterSession: ByteStreamDelegate {
    let connection: StreamConnection
    private let link: RegisterLink
    // PHP's GatewayClient takes 640 KiB in a line, about 25,000 gateways.
    private var reader = LineReader(limit: 1 << 20)

    init(_ connection: StreamConnection, of link: RegisterLink) {
        self.connection = connection
        self.link = link
    }

    var stream: any ByteStream { connection }

    func received(_ bytes: UnsafeMutableRawBufferPointer) {
        reader.append(bytes)
        do throws(LineReader.TooLong) {
            while let line = try reader.next() { link.received(line, on: self) }
        } catch {
            link.ended(self, "it sent a line without end")
        }
    }

    func peerEnded() { link.ended(self, "it closed the connection") }

    func closed(_ end: StreamEnd) { link.ended(self, "\(end)") }
}
