package import PlatformCore

/// A bound, listening TCP socket whose connections go to the loops.
///
/// ```swift
/// let listener = try Listener(SocketAddress(":8282")!, loops: group.loops)
/// listener.start { connection in Session(connection) }       // on the connection's loop
/// await listener.stop()
/// ```
///
/// It is bound once made, so its port is known before the first connection. Out of descriptors it rests for a moment and
/// goes on: those who wait stay in the system's queue.
package final class Listener: Sendable {
    /// Which loop gets a connection.
    package enum Distribution: Sendable {
        /// The first loop accepts and deals them out in turn: even with few connections.
        case dealt
        /// Every loop has a socket of its own on the port (SO_REUSEPORT), and the kernel chooses by a hash: no hand-over,
        /// but uneven with few connections. On macOS one socket gets them all.
        case sharedPort
    }

    /// How long it rests when the system has no descriptors left.
    static let rest: Duration = .milliseconds(200)

    /// Where it listens, with the real port; of a Unix socket `0.0.0.0:0`.
    package let address: SocketAddress
    /// Where it listens, for people: `127.0.0.1:8282`, `unix:run/hawk.sock`.
    package let name: String

    private let sockets: [ListeningSocket]
    private let tls: TLSIdentity?
    private let gate: ConnectionGate?
    private let stall: StallRule
    private let loops: [EventLoop]
    private let onTrouble: @Sendable (SystemError) -> Void
    private let acceptors = Lock<[LoopBound<Acceptor>]>([])

    /// Binds and listens, without accepting yet.
    ///
    /// - Parameters:
    ///   - address: port 0 takes a free one; `::` takes IPv4 too, and becomes `0.0.0.0` where there is no IPv6.
    ///   - loops: who gets the connections; the first one accepts if they are dealt.
    ///   - backlog: how many connections may wait to be accepted, within the system's own limit.
    ///   - distribution: which loop gets which connection.
    ///   - peerTimeout: how long a peer may be silent to the system (keepalive), or leave what was sent to it unconfirmed,
    ///     before its connection fails; nil: hours. In whole seconds, at least 1.
    ///   - stall: what becomes of a peer that takes nothing; a patient one may leave what was sent to it unconfirmed for
    ///     longer than `peerTimeout`.
    ///   - tls: what connections show to their clients; nil for plain ones. There is no falling back.
    ///   - gate: how many connections there may be; nil: any number.
    ///   - onTrouble: hears when accepting had to rest, on an accepting loop; about once per rest.
    /// - Throws: when the address is in use, not this machine's, or needs more rights.
    package init(
        _ address: SocketAddress,
        loops: [EventLoop],
        backlog: Int32 = 4096,
        distribution: Distribution = .dealt,
        peerTimeout: Duration? = nil,
        stall: StallRule = .ordinary,
        tls: TLSIdentity? = nil,
        gate: ConnectionGate? = nil,
        onTrouble: @escaping @Sendable (SystemError) -> Void = { _ in }
    ) throws(SystemError) {
        precondition(!loops.isEmpty, "a listener has at least one loop")
        let sharesPort = distribution == .sharedPort
        var sockets = [try ListeningSocket(orIPv4: address, backlog: backlog, sharesPort: sharesPort)]
        self.address = sockets[0].address
        name = self.address.description
        if sharesPort {
            for _ in loops.dropFirst() {
                sockets.append(try ListeningSocket(self.address, backlog: backlog, sharesPort: true))
            }
        }
        self.sockets = sockets
        self.tls = tls
        self.gate = gate
        self.stall = stall
        if let peerTimeout {
            for socket in sockets {
                Socket.watchPeers(socket.descriptor, timeout: peerTimeout, mayStall: stall.isPatient)
            }
        }
        self.loops = loops
        self.onTrouble = onTrouble
    }

    /// Binds a Unix socket of mode 0600 and listens, without accepting yet.
    ///
    /// Peers of other users than this process's and root are closed at once. Those that are let in have no address:
    /// `0.0.0.0:0`.
    ///
    /// - Parameters:
    ///   - path: where; at most `LocalSocket.maxPathBytes`.
    ///   - loops: who gets the connections; the first one accepts.
    ///   - onStranger: hears which other user came, where the system tells it, on the accepting loop.
    ///   - onTrouble: hears when accepting had to rest.
    /// - Throws: when there is something at the path, or it is longer than `LocalSocket.maxPathBytes`.
    package init(
        path: String,
        loops: [EventLoop],
        onStranger: @escaping @Sendable (_ user: UInt32?) -> Void,
        onTrouble: @escaping @Sendable (SystemError) -> Void
    ) throws(SystemError) {
        precondition(!loops.isEmpty, "a listener has at least one loop")
        sockets = [try ListeningSocket(path: path, backlog: 16, onStranger: onStranger)]
        address = sockets[0].address
        name = "unix:\(path)"
        tls = nil
        gate = nil
        stall = .ordinary
        self.loops = loops
        self.onTrouble = onTrouble
    }

    /// Accepts from now on; call it once.
    ///
    /// - Parameter take: gets each connection on its loop and starts it; one that is dropped is closed.
    package func start(_ take: @escaping @Sendable (StreamConnection) -> Void) {
        for (index, socket) in sockets.enumerated() {
            let targets = sockets.count == 1 ? loops : [loops[index]]
            loops[index].execute { [self] in
                let loop = loops[index]
                let acceptor = Acceptor(
                    socket,
                    tls: tls,
                    gate: gate,
                    stall: stall,
                    on: loop,
                    targets: targets,
                    take: take,
                    onTrouble: onTrouble
                )
                acceptors.withLock { $0.append(LoopBound(acceptor, to: loop)) }
                acceptor.start()
            }
        }
    }

    /// Accepts no more until `resume`: those who come wait in the system's queue.
    ///
    /// At once for a loop that calls it for its own socket; else a few more may come.
    package func pause() { onAcceptors { $0.pause() } }

    /// Accepts again.
    package func resume() { onAcceptors { $0.resume() } }

    private func onAcceptors(_ body: @escaping @Sendable (Acceptor) -> Void) {
        for acceptor in acceptors.withLock({ $0 }) {
            if acceptor.loop.isCurrent {
                body(acceptor.value)
            } else {
                acceptor.loop.execute { body(acceptor.value) }
            }
        }
    }

    /// Accepts no more and gives the port back; connections live on.
    ///
    /// Does nothing the second time.
    package func stop() async {
        for (socket, loop) in zip(sockets, loops) {
            _ = await loop.perform { [self] in
                for acceptor in acceptors.withLock({ $0 }) where acceptor.loop === loop { acceptor.value.stop() }
                socket.close()
            }
        }
    }
}

/// The descriptor of a listening socket, closed once.
final class ListeningSocket: Sendable {
    let descriptor: Int32
    let address: SocketAddress
    /// Of a Unix socket, where peers show who they are: hears of those that have to stay outside.
    let onStranger: (@Sendable (_ user: UInt32?) -> Void)?
    private let isClosed = Lock(false)

    init(_ address: SocketAddress, backlog: Int32, sharesPort: Bool) throws(SystemError) {
        descriptor = try Socket.listen(address, backlog: backlog, sharesPort: sharesPort)
        self.address = Socket.localAddress(descriptor) ?? address
        onStranger = nil
    }

    init(
        path: String,
        backlog: Int32,
        onStranger: @escaping @Sendable (_ user: UInt32?) -> Void
    ) throws(SystemError) {
        descriptor = try LocalSocket.listen(path, backlog: backlog)
        address = .anonymous
        self.onStranger = onStranger
    }

    /// Falls back to every IPv4 address where the machine has no IPv6.
    convenience init(orIPv4 address: SocketAddress, backlog: Int32, sharesPort: Bool) throws(SystemError) {
        do {
            try self.init(address, backlog: backlog, sharesPort: sharesPort)
        } catch {
            guard error.isNoIPv6, address.isUnspecified, address.ipv4 == nil else { throw error }
            try self.init(SocketAddress(.ipv4(0), port: address.port), backlog: backlog, sharesPort: sharesPort)
        }
    }

    deinit { close() }

    func close() {
        isClosed.withLock { isClosed in
            if !isClosed { Socket.close(descriptor) }
            isClosed = true
        }
    }
}
