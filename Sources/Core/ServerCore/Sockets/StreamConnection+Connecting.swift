package import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension StreamConnection {
    /// Connects to an address; on the loop only.
    ///
    /// - Parameters:
    ///   - address: a numeric one; names go through `SocketAddress.resolve` first.
    ///   - loop: who will own the connection.
    ///   - timeout: when to give up; the system's own would be minutes. It does not cover a TLS handshake, which begins at
    ///     the connection's start.
    ///   - peerTimeout: how long the peer may be silent to the system, as `Listener` has it; nil: hours.
    ///   - tls: our side of TLS; nil for a plain connection.
    ///   - body: called once on the loop, never from within this call: with a connection to start, or with why there is
    ///     none. Not called after `cancel`.
    /// - Returns: the attempt, which may be cancelled.
    @discardableResult
    package static func connect(
        to address: SocketAddress,
        on loop: EventLoop,
        timeout: Duration,
        peerTimeout: Duration? = nil,
        tls: TLSContext? = nil,
        _ body: @escaping (Result<StreamConnection, SystemError>) -> Void
    ) -> Connecting {
        let connecting = Connecting(address, loop, peerTimeout, tls, body)
        connecting.begin(timeout)
        return connecting
    }

    /// Connects from anywhere, hands the connection to `take` on its loop, and returns what that returns.
    ///
    /// Cancellation does not end the attempt: the time-out does.
    package static func connect<Product: Sendable>(
        to address: SocketAddress,
        on loop: EventLoop,
        timeout: Duration,
        tls: TLSContext? = nil,
        take: @escaping @Sendable (StreamConnection) -> Product
    ) async throws(SystemError) -> Product {
        let result: Result<Product, SystemError> = await withCheckedContinuation { continuation in
            let accepted = loop.execute {
                connect(to: address, on: loop, timeout: timeout, tls: tls) {
                    continuation.resume(returning: $0.map(take))
                }
            }
            if !accepted { continuation.resume(returning: .failure(Connecting.loopEnded(address))) }
        }
        return try result.get()
    }
}

/// A connect under way.
package final class Connecting: ReadinessHandler {
    private let address: SocketAddress
    private let loop: EventLoop
    private let peerTimeout: Duration?
    private let tls: TLSContext?
    private var body: ((Result<StreamConnection, SystemError>) -> Void)?
    private var descriptor: Int32?
    private var registration: Registration?
    private var timer: TimerID?

    init(
        _ address: SocketAddress,
        _ loop: EventLoop,
        _ peerTimeout: Duration?,
        _ tls: TLSContext?,
        _ body: @escaping (Result<StreamConnection, SystemError>) -> Void
    ) {
        self.address = address
        self.loop = loop
        self.peerTimeout = peerTimeout
        self.tls = tls
        self.body = body
    }

    /// Gives the attempt up; its body is not called.
    package func cancel() {
        body = nil
        release()
    }

    func begin(_ timeout: Duration) {
        do {
            let descriptor = try Socket.make(for: address)
            self.descriptor = descriptor
            // One that has ended at once is writable too, and so reported in the next turn.
            _ = try Socket.connect(descriptor, address)
            registration = try loop.register(descriptor, .writable, self)
            timer = loop.schedule(after: timeout) { [self] in fail(ETIMEDOUT) }
        } catch {
            loop.atEndOfTurn { [self] in finish(.failure(error)) }
        }
    }

    func ready(_ readiness: Readiness) {
        guard let descriptor else { return }
        let code = Socket.takeError(descriptor)
        guard code == 0 else { return fail(code) }
        guard let peer = Socket.peerAddress(descriptor) else { return fail(errno) }
        // Dialling a free port of this machine can meet itself, when the system gives the same port to our side.
        guard Socket.localAddress(descriptor) != peer else { return fail(ECONNREFUSED) }
        Socket.setNoDelay(descriptor)
        if let peerTimeout { Socket.watchPeers(descriptor, timeout: peerTimeout) }
        self.descriptor = nil
        finish(.success(StreamConnection(descriptor, peer: peer, loop: loop, tls: tls)))
    }

    func loopEnds() {
        finish(.failure(Self.loopEnded(address)))
    }

    static func loopEnded(_ address: SocketAddress) -> SystemError {
        SystemError("connect to \(address): its event loop has ended", code: ECANCELED)
    }

    private func fail(_ code: Int32) {
        finish(.failure(SystemError("connect to \(address)", code: code)))
    }

    private func finish(_ result: Result<StreamConnection, SystemError>) {
        let body = body
        self.body = nil
        release()
        body?(result)
    }

    private func release() {
        if let registration { loop.deregister(registration) }
        registration = nil
        if let timer { loop.cancel(timer) }
        timer = nil
        if let descriptor { Socket.close(descriptor) }
        descriptor = nil
    }
}
