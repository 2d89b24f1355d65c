import ServerCore

extension Gateway {
    /// Makes a client of a socket that another server keeps, by any source and sink of whole messages.
    ///
    /// ```swift
    /// let client = try await gateway.attach(
    ///     request: UpgradeHead(target: "/chat?room=7"),
    ///     send: { message in try await outbound.write(message) },
    ///     close: { code, reason in try? await outbound.close(code, reason) }
    /// )
    /// try await client.receive(from: inbound)
    /// ```
    ///
    /// Such a client is one like the others: it has an id, a handler hears of it, it can be bound, join groups and be sent
    /// to, limits and the slow policy hold for it, and it counts among the connections. What it is sent waits while `send`
    /// has not returned, which is how the gateway learns that a socket is slow; one that takes nothing for twice the
    /// `idleTimeout` is cut. Pings, compression and fragments are
    /// between the other server and its socket.
    ///
    /// Costs a task per client, and a hop between threads per burst of messages in either direction (some microseconds):
    /// to an own listener or `adopt`, prefer it only where the other server cannot let go of its sockets.
    ///
    /// - Parameters:
    ///   - request: What the handler sees of the socket's request; allowed origins and trusted proxies are checked by it.
    ///     Its fields that belong to a handshake are not looked at, since that has been made.
    ///   - peerAddress: Who is on the other side, as `203.0.113.7:4711` or `[2001:db8::7]:4711`; nil: unknown.
    ///   - send: Sends one message to the socket and returns when it is taken; called one at a time, in order, off the
    ///     gateway's loops. If it throws the socket is taken for gone.
    ///   - close: Closes the socket; called once, behind what was sent before, unless the owner has called `closed` or
    ///     `send` has thrown. The code is 1006 (`abnormal`) if the socket is to be cut without a word: at once, even while
    ///     `send` has not returned.
    /// - Returns: The client, once it is open; its owner tells it what comes from the socket.
    /// - Throws: `stopped` when the gateway is not running; `refused` with the HTTP status when a limit, a rule or the
    ///   handler turned the request away; `invalidArgument` for a request or an address that is none.
    public func attach(
        request: UpgradeHead = UpgradeHead(),
        peerAddress: String? = nil,
        send: @escaping @Sendable (Message) async throws -> Void,
        close: @escaping @Sendable (CloseCode, String) async -> Void
    ) async throws(GatewayError) -> AttachedClient {
        let attempt = "attach a client"
        let handshake = try request.handshake(attempt)
        let peer = try peerAddress.map { text throws(GatewayError) in try Self.address(text, attempt) }
        let (shard, context) = try place(attempt)
        let (outlet, intake) = (MessageOutlet(), MessageIntake())
        let answer: MessageStream.Answer = await withCheckedContinuation { continuation in
            let isTaken = shard.loop.execute {
                let stream = MessageStream(peer ?? SocketAddress(.ipv4(0), port: 0), shard, outlet, intake) {
                    continuation.resume(returning: $0)
                }
                shard.accept(stream)
                stream.shakeHands(handshake)
            }
            guard !isTaken else { return }
            context.connections.leave()
            continuation.resume(returning: .failure(.notRunning(attempt)))
        }
        let (id, stream) = try answer.get()
        let client = AttachedClient(id, stream, outlet, intake)
        // The pump keeps the stream, not the client: an owner that lets go of that has closed.
        let tell = client.tell
        Task { await outlet.pump(send: send, close: close, tell: tell) }
        return client
    }

    private static func address(_ text: String, _ attempt: String) throws(GatewayError) -> SocketAddress {
        if let address = SocketAddress(text) { return address }
        throw GatewayError(.invalidArgument, attempt: attempt, cause: "\(text) is not an address with a port")
    }
}
