/// A message on its way to the gateways: the packet that each of them gets.
struct Shipment: Sendable {
    /// Which gateways get one, each once; nil: all there are.
    let gateways: [GatewayAddress]?
    private let common: [UInt8]
    private let special: [GatewayAddress: [UInt8]]

    /// Makes the packets of a message.
    ///
    /// - Throws: `invalidArgument` for an empty uid or a message too long for a packet.
    init(_ message: Message, to target: Target, attempt: String) throws(GatewayError) {
        switch target.kind {
        case .uids(let uids):
            for uid in uids { try GatewayError.check(uid: uid, attempt) }
            gateways = uids.isEmpty ? [] : nil
            common = Self.packet(.sendToUid, message, extra: Self.json(.list(uids.map(PHPValue.text))))
            special = [:]
        case .groups(let groups, let excluded):
            for group in groups { try GatewayError.check(group: group, attempt) }
            gateways = groups.isEmpty ? [] : nil
            let names = PHPValue.list(groups.map(PHPValue.text))
            common = Self.packet(.sendToGroup, message, extra: Self.json(["group": names, "exclude": nil]))
            special = Self.byGateway(excluded).mapValues { ids in
                Self.packet(.sendToGroup, message, extra: Self.json(["group": names, "exclude": Self.map(ids)]))
            }
        case .all(let excluded):
            gateways = nil
            common = Self.packet(.sendToAll, message)
            special = Self.byGateway(excluded).mapValues { ids in
                Self.packet(.sendToAll, message, extra: Self.json(["exclude": Self.map(ids)]))
            }
        case .clients(let clients):
            var seen: Set<GatewayAddress> = []
            gateways = clients.map(\.gateway).filter { seen.insert($0).inserted }
            common = []
            special = Self.byGateway(clients).mapValues { ids in
                guard ids.count > 1 else { return Self.packet(.sendToOne, message, connectionID: ids[0]) }
                // The values are the ids, so a list serves too, and keeps a client that is named twice.
                let list = PHPValue.list(ids.map { .int(Int64($0)) })
                return Self.packet(.sendToAll, message, extra: Self.json(["connections": list]))
            }
        }
        let longest = max(common.count, special.values.map(\.count).max() ?? 0)
        guard longest <= GatewayPacket.defaultLimit else {
            throw GatewayError(.invalidArgument, attempt: attempt, cause: "a packet holds at most 10 MiB")
        }
    }

    /// The packet for a gateway.
    func bytes(for gateway: GatewayAddress) -> [UInt8] { special[gateway] ?? common }

    /// JSON of strings and numbers, which can always be written.
    static func json(_ value: PHPValue) -> [UInt8] { JSONWriter.write(value) ?? [] }

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

    private static func byGateway(_ clients: [ClientID]) -> [GatewayAddress: [UInt32]] {
        Dictionary(grouping: clients, by: \.gateway).mapValues { $0.map(\.connection) }
    }

    /// A map whose keys and values are ids, as PHP's client writes it.
    private static func map(_ ids: [UInt32]) -> PHPValue {
        var map = PHPArray()
        for id in ids { map[.int(Int64(id))] = .int(Int64(id)) }
        return .array(map)
    }
}
