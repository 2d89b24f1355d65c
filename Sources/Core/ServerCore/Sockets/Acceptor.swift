import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Takes connections from one listening socket, on its loop, and hands them to the loops in turn.
final class Acceptor: ReadinessHandler {
    private let socket: ListeningSocket
    private let tls: TLSIdentity?
    private let gate: ConnectionGate?
    private let stall: StallRule
    private let loop: EventLoop
    private let targets: [EventLoop]
    private let take: @Sendable (StreamConnection) -> Void
    private let onTrouble: @Sendable (SystemError) -> Void
    private var registration: Registration?
    private var nextTarget = 0
    private var isPaused = false
    private var isFull = false
    private var hasStopped = false

    init(
        _ socket: ListeningSocket,
        tls: TLSIdentity?,
        gate: ConnectionGate?,
        stall: StallRule,
        on loop: EventLoop,
        targets: [EventLoop],
        take: @escaping @Sendable (StreamConnection) -> Void,
        onTrouble: @escaping @Sendable (SystemError) -> Void
    ) {
        self.socket = socket
        self.tls = tls
        self.gate = gate
        self.stall = stall
        self.loop = loop
        self.targets = targets
        self.take = take
        self.onTrouble = onTrouble
    }

    func start() {
        guard !hasStopped, !isPaused, !isFull, registration == nil else { return }
        do {
            registration = try loop.register(socket.descriptor, .readable, self)
        } catch {
            rest(error)
        }
    }

    func pause() {
        isPaused = true
        lookAway()
    }

    func resume() {
        isPaused = false
        start()
    }

    func stop() {
        hasStopped = true
        lookAway()
    }

    func ready(_ readiness: Readiness) {
        // Some at a time, so that the connections that are there have their turn.
        for _ in 0..<64 where registration != nil && enter() {
            switch Socket.accept(socket.descriptor) {
            case .connection(let descriptor, let peer):
                if mayEnter(descriptor) { deal(descriptor, peer) }
            case .lost:
                gate?.leave()
            case .wouldBlock:
                gate?.leave()
                return
            case .failed(let code):
                gate?.leave()
                return rest(SystemError("accept on \(socket.address)", code: code))
            }
        }
    }

    func loopEnds() {
        stop()
        socket.close()
    }

    /// Whether a peer of a Unix socket is of the right user; else it is closed.
    private func mayEnter(_ descriptor: Int32) -> Bool {
        guard let onStranger = socket.onStranger else { return true }
        let user = LocalSocket.user(of: descriptor)
        if LocalSocket.admits(user: user) { return true }
        Socket.close(descriptor)
        gate?.leave()
        onStranger(user)
        return false
    }

    /// Counts a connection before it is accepted; if there is no room, rests until there is.
    private func enter() -> Bool {
        guard let gate, !gate.enter() else { return true }
        isFull = true
        lookAway()
        gate.onChange(true, loop)
        let acceptor = LoopBound(self, to: loop)
        gate.whenRoom { acceptor.loop.execute { acceptor.value.roomAgain() } }
        return false
    }

    private func roomAgain() {
        guard !hasStopped else { return }
        isFull = false
        gate?.onChange(false, loop)
        start()
    }

    private func lookAway() {
        if let registration { loop.deregister(registration) }
        registration = nil
    }

    /// Level-triggered, a socket that cannot be accepted from would be reported for ever: looks away for a moment.
    private func rest(_ error: SystemError) {
        lookAway()
        onTrouble(error)
        loop.schedule(after: Listener.rest) { [weak self] in self?.start() }
    }

    private func deal(_ descriptor: Int32, _ peer: SocketAddress) {
        let target = targets[nextTarget]
        nextTarget = (nextTarget + 1) % targets.count
        let tls = tls?.context
        if target === loop { return take(StreamConnection(descriptor, peer: peer, loop: loop, tls: tls, stall: stall)) }
        let accepted = target.execute { [take, stall] in
            take(StreamConnection(descriptor, peer: peer, loop: target, tls: tls, stall: stall))
        }
        guard !accepted else { return }
        Socket.close(descriptor)
        gate?.leave()
    }
}
