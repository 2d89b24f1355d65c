import PlatformCore

/// The push API of a gateway in this process.
///
/// A call returns once its operation is posted to the gateway's loops: about a microsecond, whoever is slow out there.
/// Calls made before `run()` wait until it listens; after it has ended they throw `stopped`.
public final class LocalGatewayClient: GatewayClient {
    private struct Running {
        let switchboard: Switchboard
        let address: GatewayAddress
    }

    private let start: StartSignal
    private let running = Lock<Running?>(nil)

    init(_ start: StartSignal) { self.start = start }

    /// The gateway runs.
    func connect(_ switchboard: Switchboard, address: GatewayAddress) {
        running.withLock { $0 = Running(switchboard: switchboard, address: address) }
    }

    /// The gateway has stopped.
    func disconnect() {
        running.withLock { $0 = nil }
    }

    /// Sends a message; it is posted to all loops when this returns.
    @discardableResult
    public func send(_ message: Message, to target: Target) async throws(GatewayError) -> Delivery {
        try post(message, to: target, by: try await current("send a message"))
        return Delivery(gatewaysReached: 1)
    }

    /// Waits until all loops have obeyed what was posted before.
    public func confirm() async throws(GatewayError) {
        let running = try await current("confirm what was sent")
        await withCheckedContinuation { waiting in
            running.switchboard.queryAll({ _ in }, answer: { _ in waiting.resume() })
        }
    }

    /// Sends a message from code that is not async, a handler for example: posts it to all loops.
    ///
    /// - Throws: `stopped` before `run()` listens and after it has ended, else as `send`.
    public func post(_ message: Message, to target: Target) throws(GatewayError) {
        guard let running = running.withLock({ $0 }) else {
            throw GatewayError(.stopped, attempt: "send a message", cause: "the gateway is not running")
        }
        try post(message, to: target, by: running)
    }

    private func post(_ message: Message, to target: Target, by running: Running) throws(GatewayError) {
        switch target.kind {
        case .clients(let clients):
            let connections = try clients.map { client throws(GatewayError) in
                try check(client, running, "send a message")
            }
            if connections.count == 1 {
                running.switchboard.send(EncodedFrame(message), toConnection: connections[0])
            } else if !connections.isEmpty {
                running.switchboard.send(EncodedFrame(message), toConnections: connections)
            }
        case .uids(let uids):
            for uid in uids { try GatewayError.check(uid: uid, "send a message") }
            if uids.count == 1 {
                running.switchboard.send(EncodedFrame(message), toUid: uids[0])
            } else if !uids.isEmpty {
                running.switchboard.send(EncodedFrame(message), toUids: uids)
            }
        case .all(let excluded):
            // A client of another gateway is none of ours, so there is nobody to leave out.
            let own = excluded.filter { $0.gateway == running.address }
            running.switchboard.sendToAll(EncodedFrame(message), excluding: Set(own.map(\.connection)))
        }
    }

    /// Ties a socket to a uid; false if it has gone.
    public func bind(uid: String, to client: ClientID) async throws(GatewayError) -> Bool {
        let running = try await current("bind a client")
        try GatewayError.check(uid: uid, "bind a client")
        let connection = try check(client, running, "bind a client")
        running.switchboard.bind(connection, to: uid)
        return await running.switchboard.isOnline(connection)
    }

    /// Ends a socket's binding.
    public func unbind(_ client: ClientID) async throws(GatewayError) {
        let running = try await current("unbind a client")
        running.switchboard.unbind(try check(client, running, "unbind a client"))
    }

    /// Whether a socket is open.
    public func isOnline(_ client: ClientID) async throws(GatewayError) -> Bool {
        let running = try await current("ask for a client")
        return await running.switchboard.isOnline(try check(client, running, "ask for a client"))
    }

    /// The sockets of several uids, each list in order of binding.
    public func clients(ofUids uids: [String]) async throws(GatewayError) -> [String: [ClientID]] {
        let running = try await current("ask for the clients of a uid")
        for uid in uids { try GatewayError.check(uid: uid, "ask for the clients of a uid") }
        let lists = await running.switchboard.connections(ofUids: uids)
        let clients = lists.map { $0.map { ClientID(gateway: running.address, connection: $0) } }
        return Dictionary(zip(uids, clients)) { first, _ in first }
    }

    /// The uid a socket is bound to.
    public func uid(of client: ClientID) async throws(GatewayError) -> String? {
        let running = try await current("ask for the uid of a client")
        return await running.switchboard.uid(of: try check(client, running, "ask for the uid of a client")) ?? nil
    }

    private func current(_ attempt: String) async throws(GatewayError) -> Running {
        if let running = running.withLock({ $0 }) { return running }
        _ = try await start.wait()
        guard let running = running.withLock({ $0 }) else {
            throw GatewayError(.stopped, attempt: attempt, cause: "the gateway is not running")
        }
        return running
    }

    private func check(_ client: ClientID, _ running: Running, _ attempt: String) throws(GatewayError) -> UInt32 {
        guard client.gateway == running.address else {
            throw GatewayError(
                .unknownGateway,
                attempt: attempt,
                cause: "\(client) is a client of the gateway \(client.gateway), this one is \(running.address)"
            )
        }
        return client.connection
    }
}

extension GatewayError {
    /// Throws `invalidArgument` for a uid that the inner protocol takes for none.
    package static func check(uid: String, _ attempt: String) throws(GatewayError) {
        guard uid.isEmpty || uid == "0" else { return }
        throw GatewayError(.invalidArgument, attempt: attempt, cause: "a uid is not empty and not \"0\"")
    }
}
