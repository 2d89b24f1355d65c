import PlatformCore
import ServerCore

/// What a gateway has while it runs: its loops, their shares, and the listening socket.
struct RunningGateway: Sendable {
    let context: GatewayContext
    let group: EventLoopGroup
    let shards: [Shard]
    let switchboard: Switchboard
    let listener: Listener
    /// Where other processes push in; nil without an inner port.
    let inner: InnerPort?

    /// Binds the address and starts the loops; nothing is accepted yet.
    init(_ gateway: Gateway) async throws(GatewayError) {
        let configuration = gateway.configuration
        let address = try Self.check(configuration)
        do throws(SystemError) {
            group = try EventLoopGroup(count: configuration.loops, name: "gateway")
        } catch {
            throw GatewayError(.listenFailed, attempt: "start event loops", cause: "\(error)")
        }
        do throws(GatewayError) {
            inner = try InnerPort(configuration, on: group.loops[0])
        } catch {
            await group.shutdown()
            throw error
        }
        let context = GatewayContext(configuration, address: inner?.address ?? .none, waiting: group.waiting)
        do throws(SystemError) {
            listener = try Listener(address, loops: group.loops) { error in
                context.report(.acceptFailed(reason: "\(error)"))
            }
        } catch {
            await group.shutdown()
            throw GatewayError(.listenFailed, attempt: "listen at \(configuration.listen)", cause: "\(error)")
        }
        self.context = context
        shards = await Self.makeShards(gateway, group, context)
        switchboard = Switchboard(shards: shards)
    }

    /// Takes connections from now on; connection number modulo loops is the loop that takes it.
    func accept() {
        let shards = shards
        listener.start { connection in shards[connection.loop.index].accept(connection) }
        inner?.start(switchboard)
    }

    /// Returns when the task is cancelled.
    func serve() async {
        let never = AsyncStream<Never> { _ in }
        for await _ in never {}
    }

    /// Takes no more connections, says goodbye to those that are there, and waits for them to go, but not for ever.
    func drain() async {
        await inner?.stop()
        await listener.stop()
        context.report(.draining(clients: context.connections.current))
        for shard in shards { shard.loop.execute { shard.drain() } }
        let (loop, timeout, connections) = (group.loops[0], context.limits.drainTimeout, context.connections)
        loop.execute { loop.schedule(after: timeout) { connections.giveUp() } }
        await connections.wait()
    }

    /// Ends the loops, and with them every connection that is left.
    func stop() async {
        await group.shutdown()
        context.report(.stopped)
    }

    private static func check(_ configuration: Gateway.Configuration) throws(GatewayError) -> SocketAddress {
        guard let address = SocketAddress(configuration.listen) else {
            throw GatewayError(
                .invalidConfiguration,
                attempt: "listen at \(configuration.listen)",
                cause: "not an address with a port"
            )
        }
        let limits = configuration.limits
        for (name, value) in [
            ("loops", configuration.loops), ("maxMessageBytes", limits.maxMessageBytes),
            ("maxBacklogBytes", limits.maxBacklogBytes), ("maxConnections", limits.maxConnections),
        ] {
            guard value > 0 else {
                throw GatewayError(.invalidConfiguration, attempt: "set \(name)", cause: "\(value) is not above 0")
            }
        }
        try check(configuration.compression)
        return address
    }

    private static func check(_ compression: Gateway.Compression?) throws(GatewayError) {
        guard let compression else { return }
        for (name, value, range) in [
            ("level", compression.level, 1...9), ("contextWindowBits", compression.contextWindowBits, 9...15),
        ] {
            guard range.contains(value) else {
                throw GatewayError(
                    .invalidConfiguration,
                    attempt: "set \(name)",
                    cause: "\(value) is not in \(range.lowerBound) to \(range.upperBound)"
                )
            }
        }
    }

    private static func makeShards(
        _ gateway: Gateway,
        _ group: EventLoopGroup,
        _ context: GatewayContext
    ) async -> [Shard] {
        let first = UInt32.random(in: 1...UInt32.max)
        var shards: [Shard] = []
        for loop in group.loops {
            let shard = await loop.perform {
                let handler = gateway.makeHandler(
                    LoopContext(index: loop.index, executor: loop, client: gateway.client)
                )
                return Shard(
                    loop: loop,
                    of: group.loops.count,
                    firstConnection: first,
                    context: context,
                    handler: handler
                )
            }
            shards.append(shard!)
        }
        return shards
    }
}
