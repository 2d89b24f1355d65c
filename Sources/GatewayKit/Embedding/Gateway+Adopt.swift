import PlatformCore
import ServerCore

extension Gateway {
    /// Takes over a plain TCP connection whose upgrade request another server has read: the gateway answers it and goes on,
    /// as if it had accepted the connection itself.
    ///
    /// ```swift
    /// try gateway.adopt(descriptor: socket, head: UpgradeHead(bytes: head), buffered: rest)
    /// ```
    ///
    /// So one port can serve both a site and its sockets. The request passes the same rules, limits and handler as any
    /// other; one that is no handshake gets its HTTP answer from the gateway. The caller must not read, write or close the
    /// descriptor any more, nor have anything watch it.
    ///
    /// Costs a few system calls on the caller's thread, and does not block.
    ///
    /// - Parameters:
    ///   - descriptor: A connected TCP socket of which nothing has been answered; the gateway's from here on, also if this
    ///     throws: then the client has got a 400 or 503, and the socket is closed.
    ///   - head: The request.
    ///   - buffered: What was read from the socket behind the request.
    /// - Throws: `stopped` when the gateway is not running, `refused` when it has as many connections as it may,
    ///   `invalidArgument` for what is no connected TCP socket or no request.
    public func adopt(descriptor: Int32, head: UpgradeHead, buffered: [UInt8] = []) throws(GatewayError) {
        do throws(GatewayError) {
            try take(descriptor, head, buffered)
        } catch {
            let isOurs = error.code != .invalidArgument
            let answer = Handshake.Refusal(status: isOurs ? 503 : 400, reason: isOurs ? "no room for a socket" : "")
            StreamConnection.turnAway(descriptor, answer: answer.response)
            throw error
        }
    }

    private func take(_ descriptor: Int32, _ head: UpgradeHead, _ buffered: [UInt8]) throws(GatewayError) {
        let attempt = "adopt a connection"
        let bytes = try head.upgrade(attempt) + buffered
        let (shard, context) = try place(attempt)
        let peer: SocketAddress
        do throws(SystemError) {
            peer = try StreamConnection.prepare(descriptor, peerTimeout: context.limits.peerTimeout)
        } catch {
            context.connections.leave()
            throw GatewayError(.invalidArgument, attempt: attempt, cause: "\(error)")
        }
        let isTaken = shard.loop.execute {
            var bytes = bytes
            let client = shard.accept(StreamConnection(descriptor, peer: peer, loop: shard.loop))
            bytes.withUnsafeMutableBytes { client?.received($0) }
        }
        guard isTaken else {
            context.connections.leave()
            throw .notRunning(attempt)
        }
    }

    /// A loop for one more connection, which is counted from here on.
    func place(_ attempt: String) throws(GatewayError) -> (Shard, GatewayContext) {
        guard let running = running.withLock({ $0 }) else { throw .notRunning(attempt) }
        let context = running.context
        let shard = running.shards[context.nextTurn() % running.shards.count]
        guard context.connections.enter() else {
            shard.loop.execute { shard.counters.connectionsRefused.add() }
            let cause = "the gateway has as many connections as it may: \(context.limits.maxConnections)"
            throw GatewayError(.refused, attempt: attempt, cause: cause)
        }
        return (shard, context)
    }
}
