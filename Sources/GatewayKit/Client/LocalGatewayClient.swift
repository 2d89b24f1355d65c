import PlatformCore

/// The push API of a gateway in this process.
///
/// A call returns once its operation is posted to the gateway's loops: about a microsecond, whoever is slow out there. When
/// a thousand operations wait for a loop it returns once they are done, so that a busy sender cannot fill the memory.
/// Calls made before `run()` wait until it listens; after it has ended they throw `stopped`.
public final class LocalGatewayClient: GatewayClient {
    private let start: StartSignal
    private let running = Lock<RunningSwitchboard?>(nil)

    init(_ start: StartSignal) { self.start = start }

    /// The gateway runs.
    func connect(_ switchboard: Switchboard, address: GatewayAddress) {
        running.withLock { $0 = RunningSwitchboard(switchboard: switchboard, address: address) }
    }

    /// The gateway has stopped.
    func disconnect() {
        running.withLock { $0 = nil }
    }

    /// Has an operation carried out; it is posted to all loops concerned when this returns.
    @discardableResult
    public func perform(_ operation: GatewayOperation) async throws(GatewayError) -> Delivery {
        let running = try await current(operation.attempt)
        running.switchboard.perform(try running.command(operation))
        if running.switchboard.isBehind { try await confirm() }
        return Delivery(gatewaysReached: 1)
    }

    /// Waits until all loops have obeyed what was posted before.
    public func confirm() async throws(GatewayError) {
        let running = try await current("confirm what was sent")
        _ = await Self.answer { running.switchboard.clientCount(answer: $0) }
    }

    /// Ties a socket to a uid; false if it has gone.
    public func bind(uid: String, to client: ClientID) async throws(GatewayError) -> Bool {
        try await perform(.bind(client, uid: uid))
        return try await isOnline(client)
    }

    /// Whether a socket is open.
    public func isOnline(_ client: ClientID) async throws(GatewayError) -> Bool {
        let attempt = "ask for a client"
        let running = try await current(attempt)
        let connection = try running.connection(client, attempt)
        return await Self.answer { running.switchboard.isOnline(connection, answer: $0) }
    }

    /// The sockets of several uids: a list for each, in order of binding.
    public func clients(ofUids uids: [String]) async throws(GatewayError) -> [[ClientID]] {
        let attempt = "ask for the clients of a uid"
        let running = try await current(attempt)
        for uid in uids { try GatewayError.check(uid: uid, attempt) }
        let lists = await Self.answer { running.switchboard.connections(ofUids: uids, answer: $0) }
        return lists.map { $0.map(running.client) }
    }

    /// The sockets that a selection names, each once, with the fields it asks for.
    public func select(_ selection: ClientSelection) async throws(GatewayError) -> [SelectedClient] {
        let attempt = "select clients"
        let running = try await current(attempt)
        let conditions = try running.conditions(selection, attempt)
        let rows = await Self.answer { running.switchboard.select(conditions, selection.fields, answer: $0) }
        return rows.map { row in
            SelectedClient(
                id: running.client(row.connection),
                uid: row.uid,
                groups: row.groups ?? [],
                session: ClientSession(bytes: row.session)
            )
        }
    }

    /// The groups that have a socket, each once, in order of creation.
    public func groups() async throws(GatewayError) -> [String] {
        let running = try await current("list the groups")
        return await Self.answer { running.switchboard.groups(answer: $0) }
    }

    /// How many sockets are open.
    public func clientCount() async throws(GatewayError) -> Int {
        let running = try await current("count the clients")
        return await Self.answer { running.switchboard.clientCount(answer: $0) }
    }

    /// How many sockets each group has, in the order of the question.
    public func clientCounts(inGroups groups: [String]) async throws(GatewayError) -> [Int] {
        let attempt = "count the clients of groups"
        let running = try await current(attempt)
        for group in groups { try GatewayError.check(group: group, attempt) }
        return await Self.answer { running.switchboard.clientCounts(inGroups: groups, answer: $0) }
    }

    private static func answer<Answer: Sendable>(
        _ question: (@escaping @Sendable (Answer) -> Void) -> Void
    ) async -> Answer {
        await withCheckedContinuation { waiting in question { waiting.resume(returning: $0) } }
    }

    private func current(_ attempt: String) async throws(GatewayError) -> RunningSwitchboard {
        if let running = running.withLock({ $0 }) { return running }
        _ = try await start.wait()
        return try present(attempt)
    }

    /// The gateway, if it runs now.
    func present(_ attempt: String) throws(GatewayError) -> RunningSwitchboard {
        guard let running = running.withLock({ $0 }) else {
            throw GatewayError(.stopped, attempt: attempt, cause: "the gateway is not running")
        }
        return running
    }
}
