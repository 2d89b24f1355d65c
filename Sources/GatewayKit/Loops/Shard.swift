import PlatformCore
package import ServerCore

/// What one event loop has of the gateway: its own clients and tables, which no other thread touches.
///
/// Commands from outside gather in an inbox, and the loop is woken once for all that came since it last looked.
package final class Shard: @unchecked Sendable {
    // Proof of Sendable: everything mutable but the inbox is reached on the loop's thread only, or after the loop has
    // ended, when nothing changes any more; the inbox is a lock.

    package let loop: EventLoop
    let context: GatewayContext
    let handler: any GatewayHandler
    /// The handler, where it tells workers of the sockets.
    private let relay: WorkerRelay?
    let counters: Counters
    /// What clients' messages may be, and memory for unfinished ones.
    let rules: MessageRules
    /// How fast a client's messages may come.
    let rate: MessageRate
    /// What messages are compressed with; nil where compression is off.
    let deflate: DeflateContexts?
    /// How many bytes may wait for one client.
    let backlogLimit: Int
    let slowPolicy: SlowPolicy

    package let table = ClientTable<Client>()
    /// Every connection, also those that are still shaking hands or closing.
    private var connections: [UInt32: Client] = [:]
    /// Where connections through trusted proxies come from.
    private var senders: [UInt32: SocketAddress] = [:]
    private var isDraining = false
    private var numbers: ConnectionNumbers
    private var bindings: BindingClock?
    /// Of changes to sessions that were not made.
    private var unmerged = EventQuota()
    private var limitReported: ContinuousClock.Instant?
    private let inbox = Lock<[Command]>([])
    /// Memory for the next commands.
    private var spareCommands: [Command] = []
    /// What this loop's own sockets have asked for: reached on the loop only.
    private var ownCommands = 0
    /// How many of those may come on top of commands that wait before sockets have to wait too.
    private static let mostOwnCommands = 1024
    /// Clients to which messages were dropped in this turn.
    private var dropping: [Client] = []

    /// Makes a loop's share; on that loop only.
    ///
    /// - Parameters:
    ///   - loop: the loop.
    ///   - loops: how many there are; connection numbers modulo this are the loop's index.
    ///   - firstConnection: where the numbers begin, the same for all loops.
    ///   - context: what the loops share.
    ///   - handler: the loop's handler.
    init(
        loop: EventLoop,
        of loops: Int,
        firstConnection: UInt32,
        context: GatewayContext,
        handler: any GatewayHandler
    ) {
        loop.preconditionCurrent()
        self.loop = loop
        self.context = context
        self.handler = handler
        relay = handler as? WorkerRelay
        table.births = context.births
        counters = context.counters[loop.index]
        let limits = context.limits
        rules = MessageRules(
            maxMessageBytes: limits.maxMessageBytes,
            maxFrameBytes: limits.maxFrameBytes,
            maxFragments: limits.maxFragments
        )
        rate = MessageRate(
            perSecond: limits.maxMessagesPerSecond,
            burst: limits.maxMessageBurst,
            second: EventLoop.ticks(.seconds(1))
        )
        deflate = context.configuration.compression.map { DeflateContexts($0) }
        backlogLimit = context.limits.maxBacklogBytes
        slowPolicy = context.configuration.slowPolicy
        numbers = ConnectionNumbers(from: firstConnection, loop: loop.index, of: loops)
        bindings = context.configuration.bindLifetime.map { BindingClock(lifetime: $0) }
        if let presence = context.presence { watchUids(for: presence) }
    }

    // MARK: Commands

    /// Has the loop obey a command, after all that was posted before; from any thread.
    ///
    /// Once the loop has ended only questions are still answered, by tables that are empty then.
    package func post(_ command: Command) {
        if loop.isCurrent { ownCommands &+= 1 }
        let wasEmpty = inbox.withLock { waiting in
            waiting.append(command)
            return waiting.count == 1
        }
        guard wasEmpty else { return }
        if loop.execute({ self.obeyAll() }) { return }
        let commands = inbox.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for case .query(let look) in commands { look(self) }
    }

    /// Whether so much waits that a caller who can wait should.
    var isBehind: Bool { inbox.withLock { $0.count > 1000 } }

    private func obeyAll() {
        var commands: [Command] = []
        swap(&commands, &spareCommands)
        inbox.withLock { swap(&$0, &commands) }
        let earlier = ownCommands
        for index in commands.indices {
            obey(commands[index])
            // What sockets ask for meanwhile comes on top: where that is too much, they wait.
            if index & 3 == 3, ownCommands &- earlier < Self.mostOwnCommands { loop.letOthersIn() }
        }
        commands.removeAll(keepingCapacity: commands.capacity <= 4096)
        swap(&commands, &spareCommands)
    }

    private func obey(_ command: Command) {
        switch command {
        case .send(let frame, let recipients, let slow):
            send(frame, to: recipients, slow ?? slowPolicy)
        case .bind(let connection, let uid, let serial): bind(connection, to: uid, serial: serial)
        case .unbind(let connection): _ = table.unbind(connection)
        case .join(let connection, let group, let serial): table.join(connection, group: group, serial: serial)
        case .leave(let connection, let group): table.leave(connection, group: group)
        case .dissolve(let group): table.dissolve(group: group)
        case .setSession(let connection, let session): table.setSession(of: connection, to: session)
        case .mergeSession(let connection, let change): mergeSession(of: connection, with: change)
        case .kick(let connection, let last): table[connection]?.kick(last)
        case .destroy(let connection): table[connection]?.destroy()
        case .close(let uid, let code, let reason): table.visit(uid: uid) { $1.close(code, reason: reason) }
        case .query(let look): look(self)
        }
    }

    private func send(_ frame: EncodedFrame, to recipients: Recipients, _ slow: SlowPolicy) {
        switch recipients {
        case .client(let connection): table[connection]?.send(frame, slow)
        case .clients(let connections): for each in connections { table[each]?.send(frame, slow) }
        case .uid(let uid): table.visit(uid: uid) { $1.send(frame, slow) }
        case .uids(let uids): for uid in uids { table.visit(uid: uid) { $1.send(frame, slow) } }
        case .groups(let groups, let excluded):
            for group in groups {
                table.visit(group: group) { connection, client in
                    if excluded.isEmpty || !excluded.contains(connection) { client.send(frame, slow) }
                }
            }
        case .all(let excluded):
            table.visitAll { connection, client in
                if excluded.isEmpty || !excluded.contains(connection) { client.send(frame, slow) }
            }
        }
    }

    /// The listener is called behind what the loop does now, never within it.
    private func watchUids(for presence: PresenceBoard) {
        table.uidChanged = { [unowned loop] uid, isPresent in
            guard presence.note(uid, isPresent: isPresent) else { return }
            if !loop.execute({ presence.tell() }) { presence.tell() }
        }
    }

    /// Ties a client to a uid; on the loop only.
    func bind(_ connection: UInt32, to uid: String, serial: UInt64) {
        guard table.bind(connection, to: uid, serial: serial), bindings != nil else { return }
        if bindings!.note(connection, serial: serial, now: loop.now) { watchBindings() }
        // Every client has at most one binding, so this costs a constant per bind, and memory follows the clients.
        if bindings!.count > 2 * table.count + 1024 {
            bindings!.forget { [table] in table.bindSerial(of: $0.connection) != $0.serial }
        }
    }

    /// Merges a change into a client's session; on the loop only.
    func mergeSession(of connection: UInt32, with change: [UInt8]) {
        do throws(PHPValue.Malformed) {
            try table.mergeSession(of: connection, with: change)
        } catch {
            let client = ClientID(gateway: context.address, connection: connection)
            guard let reason = unmerged.reason("\(error)", at: loop.now) else { return }
            context.report(.sessionNotMerged(client, reason: reason))
        }
    }

    // MARK: Connections

    /// Takes a connection that was accepted for this loop and is counted; on the loop only.
    ///
    /// - Parameter stream: the connection, not started.
    /// - Returns: its client; nil if it was turned away.
    @discardableResult
    func accept(_ stream: any ByteStream) -> Client? {
        guard !isDraining else { return turnAway(stream) }
        guard !isCounted(stream.peer) || admits(stream.peer) else { return turnAway(stream) }
        let number = numbers.take { connections[$0] != nil }
        let client = Client(ClientID(gateway: context.address, connection: number), stream, self)
        connections[number] = client
        counters.accepted.add()
        counters.connections.add()
        client.start()
        return client
    }

    /// Notes and counts a connection for who a trusted proxy says it is from; false if there are as many of his as may be.
    func admits(_ client: Client, from sender: SocketAddress) -> Bool {
        guard admits(sender) else { return false }
        senders[client.id.connection] = sender
        return true
    }

    /// Where a client comes from as a trusted proxy says; nil without one.
    func sender(of client: Client) -> SocketAddress? { senders[client.id.connection] }

    /// Lists a client whose handshake is done.
    func enter(_ client: Client) {
        counters.clients.add()
        counters.clientsOpened.add()
        table.insert(client, connection: client.id.connection, serial: context.nextSerial())
    }

    /// Takes a client out of the tables: it is closing.
    func leave(_ client: Client) {
        if let relay, table[client.id.connection] != nil { relay.leaves(client) }
        if table.remove(client.id.connection) != nil { counters.clients.add(-1) }
    }

    /// Forgets a connection that is closed.
    func bury(_ client: Client) {
        connections[client.id.connection] = nil
        counters.connections.add(-1)
        let sender = context.proxies == nil ? nil : senders.removeValue(forKey: client.id.connection)
        if let addresses = context.addresses {
            if let sender { addresses.leave(sender) }
            if isCounted(client.stream.peer) { addresses.leave(client.stream.peer) }
        }
        context.connections.leave()
    }

    /// Takes no more connections and tells those that are there to go.
    ///
    /// One each 10 ms, or as many more as half the time for it demands: those who come back at once should not meet the
    /// next server all in one moment. Whoever has not been told yet is served as before.
    func drain() {
        isDraining = true
        let ticks = max(1, Int(context.limits.drainTimeout / 2 / Self.goodbyeTick))
        let clients = connections.values.shuffled()
        sayGoodbye(clients[...], each: max(1, (clients.count + ticks - 1) / ticks))
    }

    private static let goodbyeTick: Duration = .milliseconds(10)

    private func sayGoodbye(_ clients: ArraySlice<Client>, each count: Int) {
        for client in clients.prefix(count) { client.close(.goingAway, reason: "server is going down") }
        let rest = clients.dropFirst(count)
        guard !rest.isEmpty else { return }
        loop.schedule(after: Self.goodbyeTick) { [self] in sayGoodbye(rest, each: count) }
    }

    /// Closes what is left at the end.
    func end() {
        for client in Array(connections.values) { client.stream.close() }
    }

    // MARK: Slow clients

    /// Has the handler told, at the end of this turn, what was dropped in it.
    func noteDrop(_ client: Client) {
        dropping.append(client)
        guard dropping.count == 1 else { return }
        loop.atEndOfTurn { [self] in
            let clients = dropping
            dropping = []
            for client in clients { client.noteDrops() }
        }
    }

    /// Whether connections are counted for their peer: not for a proxy, which has those of others, nor for nobody.
    private func isCounted(_ peer: SocketAddress) -> Bool {
        context.addresses != nil && !peer.isUnspecified && !(context.proxies?.trusts(peer) ?? false)
    }

    private func admits(_ address: SocketAddress) -> Bool {
        if context.addresses?.enter(address) ?? true { return true }
        counters.connectionsRefused.add()
        reportLimit(of: address)
        return false
    }

    private func turnAway(_ stream: any ByteStream) -> Client? {
        stream.abort()
        context.connections.leave()
        return nil
    }

    /// At most once a second: a flood of connections is not to become a flood of events.
    private func reportLimit(of peer: SocketAddress) {
        guard let limit = context.limits.maxConnectionsPerAddress else { return }
        if let last = limitReported, loop.now - last < .seconds(1) { return }
        limitReported = loop.now
        context.report(.addressLimitReached(address: peer.ip, limit: limit))
    }

    private func watchBindings() {
        guard let delay = bindings?.nextDeadline.map({ $0 - loop.now }) else { return }
        loop.schedule(after: max(delay, .milliseconds(1))) { [weak self] in self?.endBindings() }
    }

    private func endBindings() {
        guard bindings != nil else { return }
        for due in bindings!.takeDue(at: .now) where table.bindSerial(of: due.connection) == due.serial {
            table[due.connection]?.close(.bindExpired, reason: "bind expired")
        }
        watchBindings()
    }
}
