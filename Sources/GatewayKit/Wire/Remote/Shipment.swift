/// An operation on its way to the gateways: the packets that each of them gets.
struct Shipment: Sendable {
    /// Which gateways get some, each once; nil: all there are.
    let gateways: [GatewayAddress]?
    private let common: [UInt8]
    private let special: [GatewayAddress: [UInt8]]

    /// Makes the packets of an operation.
    ///
    /// - Throws: `invalidArgument` for an empty uid or group, or what is too long for a packet.
    init(_ operation: GatewayOperation) throws(GatewayError) {
        try operation.check()
        switch operation {
        case .send(let message, let target): self.init(message, to: target)
        case .close(let client, let last): self.init(to: client, Self.kick(client.connection, last))
        case .destroy(let client): self.init(to: client, GatewayPacket(.destroy, connectionID: client.connection))
        case .bind(let client, let uid): self.init(to: client, .bindUid, Array(uid.utf8))
        case .unbind(let client): self.init(to: client, .unbindUid, [])
        case .join(let client, let group): self.init(to: client, .joinGroup, Array(group.utf8))
        case .leave(let client, let group): self.init(to: client, .leaveGroup, Array(group.utf8))
        case .dissolve(let group): self.init(to: nil, GatewayPacket(.ungroup, extra: Array(group.utf8)).bytes)
        case .setSession(let client, let session): self.init(to: client, .setSession, session.bytes)
        case .mergeSession(let client, let change):
            self.init(to: client, .updateSession, PHPValue.array(change).serialized())
        }
        let longest = max(common.count, special.values.map(\.count).max() ?? 0)
        guard longest <= GatewayPacket.defaultLimit else {
            throw GatewayError(.invalidArgument, attempt: operation.attempt, cause: "a packet holds at most 10 MiB")
        }
    }

    /// The packets for a gateway.
    func bytes(for gateway: GatewayAddress) -> [UInt8] { special[gateway] ?? common }

    /// JSON of strings and numbers, which can always be written.
    static func json(_ value: PHPValue) -> [UInt8] { JSONWriter.write(value) ?? [] }

    /// A map whose keys and values are ids, as PHP's client writes it.
    static func map(_ ids: some Sequence<UInt32>) -> PHPValue {
        var map = PHPArray()
        for id in ids { map[.int(Int64(id))] = .int(Int64(id)) }
        return .array(map)
    }

    private init(
        to gateways: [GatewayAddress]?,
        _ common: [UInt8],
        _ special: [GatewayAddress: [UInt8]] = [:]
    ) {
        self.gateways = gateways
        self.common = common
        self.special = special
    }

    private init(to client: ClientID, _ bytes: [UInt8]) { self.init(to: [client.gateway], bytes) }

    private init(to client: ClientID, _ packet: GatewayPacket) { self.init(to: client, packet.bytes) }

    private init(to client: ClientID, _ command: GatewayPacket.Command, _ extra: [UInt8]) {
        self.init(to: client, GatewayPacket(command, connectionID: client.connection, extra: extra))
    }

    private init(_ message: Message, to target: Target) {
        switch target.kind {
        case .uids(let uids):
            let names = Self.json(.list(uids.map(PHPValue.text)))
            self.init(to: uids.isEmpty ? [] : nil, Self.packet(.sendToUid, message, extra: names))
        case .groups(let groups, let excluded):
            let names = PHPValue.list(groups.map(PHPValue.text))
            let common = Self.packet(.sendToGroup, message, extra: Self.json(["group": names, "exclude": nil]))
            let special = Self.byGateway(excluded).mapValues { ids in
                Self.packet(.sendToGroup, message, extra: Self.json(["group": names, "exclude": Self.map(ids)]))
            }
            self.init(to: groups.isEmpty ? [] : nil, common, special)
        case .all(let excluded):
            let special = Self.byGateway(excluded).mapValues { ids in
                Self.packet(.sendToAll, message, extra: Self.json(["exclude": Self.map(ids)]))
            }
            self.init(to: nil, Self.packet(.sendToAll, message), special)
        case .clients(let clients):
            var seen: Set<GatewayAddress> = []
            let special = Self.byGateway(clients).mapValues { ids in
                guard ids.count > 1 else { return Self.packet(.sendToOne, message, connectionID: ids[0]) }
                // The values are the ids, so a list serves too, and keeps a client that is named twice.
                let list = PHPValue.list(ids.map { .int(Int64($0)) })
                return Self.packet(.sendToAll, message, extra: Self.json(["connections": list]))
            }
            self.init(to: clients.map(\.gateway).filter { seen.insert($0).inserted }, [], special)
        }
    }

    private static func packet(
        _ command: GatewayPacket.Command,
        _ message: Message,
        connectionID: UInt32 = 0,
        extra: [UInt8] = []
    ) -> [UInt8] {
        var packet = GatewayPacket(command, connectionID: connectionID, extra: extra)
        switch message {
        case .text(let text): packet.body = Array(text.utf8)
        case .binary:
            // The protocol's own bodies become text messages: a binary one travels as a finished frame.
            packet.body = EncodedFrame(message).bytes
            packet.flags = [.scalarBody, .raw]
        }
        return packet.bytes
    }

    /// A kick carries a text or nothing; a binary message goes before it.
    private static func kick(_ client: UInt32, _ last: Message?) -> [UInt8] {
        var packet = GatewayPacket(.kick, connectionID: client)
        if case .text(let text)? = last {
            packet.body = Array(text.utf8)
            return packet.bytes
        }
        packet.flags = []
        packet.body = PHPValue.null.serialized()
        return (last.map { Self.packet(.sendToOne, $0, connectionID: client) } ?? []) + packet.bytes
    }

    private static func byGateway(_ clients: [ClientID]) -> [GatewayAddress: [UInt32]] {
        Dictionary(grouping: clients, by: \.gateway).mapValues { $0.map(\.connection) }
    }
}
