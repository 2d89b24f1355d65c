import PlatformCore

/// A non-blocking TCP socket of one loop, plain or under TLS.
///
/// Costs about 200 bytes while idle, and 10 KiB more under TLS: what is read lies in the loop's one buffer, what is written
/// in this turn in the loop's arena, and only what a slow peer leaves behind in memory of its own. All writes of a turn go
/// out by one system call at its end, encrypted as one piece under TLS.
///
/// Under TLS the handshake begins at the start; what is written before it is done waits for it. A deadline that passes
/// before then ends the connection without asking the delegate, since nothing could be said to the peer.
package final class StreamConnection: ByteStream {
    enum State {
        /// Accepted or connected, not yet started.
        case new
        case open
        /// Sends what is left, then ends our direction.
        case flushing
        /// Has ended our direction and waits for the peer's end.
        case lingering
        case closed
    }

    /// How long a peer may ordinarily take no byte while some wait for it.
    package static let stallLimit: Duration = .seconds(30)
    /// How long `closeAfterFlush` waits for the peer's end.
    static let lingerLimit: Duration = .seconds(2)

    package let peer: SocketAddress
    /// The loop that owns it.
    package let loop: EventLoop

    /// The loop's, at hand without a detour.
    let arena: WriteArena
    let descriptor: Int32
    /// What encrypts; nil for a plain connection.
    let tls: TLSSession?
    // Only the loop's thread comes here: nothing to check at run time.
    @exclusivity(unchecked) var state = State.new
    @exclusivity(unchecked) var isDirty = false
    @exclusivity(unchecked) private var isPaused = false
    @exclusivity(unchecked) private(set) var hasPeerEnded = false
    /// The peer ended before we did.
    @exclusivity(unchecked) private var hasPeerLeft = false
    @exclusivity(unchecked) private var interest: Readiness = []
    /// What becomes of a peer that takes nothing.
    @exclusivity(unchecked) private var stall: StallRule
    @exclusivity(unchecked) var delegate: (any ByteStreamDelegate)?
    /// The registration's; nil unless the loop watches the descriptor.
    @exclusivity(unchecked) private var token: UInt64?
    @exclusivity(unchecked) var chain = WriteArena.Chain()
    @exclusivity(unchecked) var chained = 0
    /// What the system does not take; nil if it takes everything.
    @exclusivity(unchecked) var backlog: Backlog?
    /// In seconds of the loop; 0: none.
    @exclusivity(unchecked) private var deadline: UInt32 = 0
    @exclusivity(unchecked) private var stallDeadline: UInt32 = 0

    /// Takes over a connected, non-blocking socket: one of a pair, or inherited.
    ///
    /// - Parameters:
    ///   - descriptor: the socket, closed by the connection.
    ///   - peer: who is on the other side.
    ///   - loop: who owns the connection; under TLS the caller is on it.
    ///   - tls: our side of TLS; nil for a plain connection.
    ///   - stall: what becomes of a peer that takes nothing.
    package init(
        _ descriptor: Int32,
        peer: SocketAddress,
        loop: EventLoop,
        tls: TLSContext? = nil,
        stall: StallRule = .ordinary
    ) {
        self.descriptor = descriptor
        self.peer = peer
        self.loop = loop
        self.stall = stall
        arena = loop.arena
        self.tls = tls.map { TLSSession($0, loop.cipherBuffers) }
    }

    deinit {
        if case .new = state { Socket.close(descriptor) }
    }

    /// Our own side of the connection; nil once it is closed.
    package var local: SocketAddress? { state == .closed ? nil : Socket.localAddress(descriptor) }

    package var unsent: Int { chained + (backlog?.count ?? 0) + (tls?.early.count ?? 0) }

    package var roomInSystem: Int { Socket.room(descriptor) }

    package var isOpen: Bool { state == .open }

    package func start(_ delegate: any ByteStreamDelegate) {
        precondition(state == .new, "a connection is started once")
        self.delegate = delegate
        state = .open
        interest = .readable
        do {
            token = try loop.register(descriptor, interest, self).token
            if let tls { begin(tls) }
        } catch {
            finish(.failed(error))
        }
    }

    package func pauseReading() {
        isPaused = true
        updateInterest()
    }

    package func resumeReading() {
        isPaused = false
        updateInterest()
    }

    package func setDeadline(after duration: Duration?) {
        guard state == .open else { return }
        setDeadlines(after(duration), stallDeadline)
    }

    package func closeAfterFlush() {
        guard state == .open else { return }
        state = .flushing
        setDeadlines(0, stallDeadline)
        // Nobody waits for a peer that will not be heard any more.
        if stall.isPatient {
            stall = .ordinary
            renewStallDeadline()
        }
        updateInterest()
        if unsent == 0 { linger() }
    }

    package func close() {
        finish(.closed)
    }

    package func abort() {
        finish(.closed, resets: true)
    }

    /// Everything has gone to the system: ends our direction.
    func linger() {
        if let tls, !sayGoodbye(tls) { return }
        guard !hasPeerEnded else { return finish(.closed) }
        state = .lingering
        Socket.shutdownWriting(descriptor)
        setDeadlines(after(Self.lingerLimit), 0)
    }

    func finish(_ end: StreamEnd, resets: Bool = false) {
        guard state != .closed else { return }
        var end = isSecuring ? end.inHandshake : end
        if case .closed = end, hasPeerLeft { end = .peerLeft }
        state = .closed
        setDeadlines(0, 0)
        if let registration { loop.deregister(registration) }
        token = nil
        Socket.close(descriptor, resets: resets)
        chain = WriteArena.Chain()
        chained = 0
        backlog = nil
        if delegate != nil { loop.graveyard.append((self, end)) }
    }

    /// The graveyard's last word, at the end of the turn in which the connection closed.
    func reportClosed(_ end: StreamEnd) {
        let delegate = delegate
        self.delegate = nil
        delegate?.closed(end)
    }

    private var registration: Registration? { token.map { Registration(descriptor: descriptor, token: $0) } }

    func updateInterest() {
        guard let registration else { return }
        var wanted: Readiness = backlog == nil ? [] : .writable
        if !hasPeerEnded, !isPaused || state != .open { wanted.insert(.readable) }
        guard wanted != interest else { return }
        interest = wanted
        loop.update(registration, wanted)
    }

    /// The peer took some bytes, or there is nothing to take: the stall begins anew, or ends.
    func renewStallDeadline() {
        let isWaiting = backlog != nil || tls.map { !$0.early.isEmpty } ?? false
        setDeadlines(deadline, isWaiting ? after(stall.duration) : 0)
    }

    private func receive() {
        if let tls { return receive(tls) }
        switch Socket.receive(descriptor, into: loop.receiveBuffer) {
        case .bytes(0):
            peerHasEnded()
        case .bytes(let count):
            deliver(count)
        case .wouldBlock:
            return
        case .failed(let code):
            finish(.failed(SystemError("receive", code: code)))
        }
    }

    /// Hands the bytes in the loop's buffer to the owner.
    func deliver(_ count: Int) {
        guard state == .open, let delegate else { return }
        delegate.received(UnsafeMutableRawBufferPointer(rebasing: loop.receiveBuffer[..<count]))
    }

    /// The peer sends no more.
    func peerHasEnded() {
        hasPeerEnded = true
        updateInterest()
        switch state {
        case .open:
            hasPeerLeft = true
            delegate?.peerEnded()
        case .lingering: finish(.closed)
        case .new, .flushing, .closed: return
        }
    }

    private func after(_ duration: Duration?) -> UInt32 {
        guard let duration else { return 0 }
        let (seconds, attoseconds) = duration.components
        return UInt32(clamping: max(1, loop.second + seconds + (attoseconds > 0 ? 1 : 0)))
    }

    private func setDeadlines(_ deadline: UInt32, _ stallDeadline: UInt32) {
        let held = self.deadline != 0 || self.stallDeadline != 0
        let holds = deadline != 0 || stallDeadline != 0
        self.deadline = deadline
        self.stallDeadline = stallDeadline
        if holds, !held { loop.holdDeadline() }
        if held, !holds { loop.releaseDeadline() }
    }
}

extension StreamConnection: ReadinessHandler {
    func ready(_ readiness: Readiness) {
        if readiness.contains(.writable) { sendBacklog() }
        if readiness.contains(.readable), state != .closed { receive() }
        // Both directions are shut and nothing is left to read: there is nothing to wait for.
        guard readiness.contains(.broken), !readiness.contains(.readable), state != .closed else { return }
        let code = Socket.takeError(descriptor)
        finish(code == 0 ? .peerLeft : .failed(SystemError("keep the connection of \(peer)", code: code)))
    }

    func sweep(at second: Int64) {
        if stallDeadline != 0, second >= stallDeadline {
            guard stall.isPatient, Socket.isAnswered(descriptor) else { return finish(.stalled) }
            renewStallDeadline()
        }
        guard deadline != 0, second >= deadline else { return }
        setDeadlines(0, stallDeadline)
        if state == .lingering { return finish(.closed) }
        if isSecuring { finish(.handshakeFailed("it took too long")) } else { delegate?.deadlinePassed() }
    }

    func loopEnds() {
        finish(.closed)
    }
}
