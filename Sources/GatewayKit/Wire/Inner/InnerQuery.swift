/// What a packet of the inner protocol asks a gateway to tell, and how the answer is written.
package enum InnerQuery: Sendable, Equatable {
    /// Whether a client is there.
    case isOnline(UInt32)
    /// The clients of one uid: a list.
    case clients(ofUid: String)
    /// The clients of several uids: a map, in the order of the question.
    case batchClients(ofUids: [String])
    /// Clients by conditions, with some of their fields.
    case select(Selection)

    /// Reads a packet; nil if it asks nothing that is answered here.
    package init?(_ packet: PacketView) {
        switch packet.command {
        case .isOnline: self = .isOnline(packet.connectionID)
        case .getClientIDByUid: self = .clients(ofUid: String(decoding: packet.extra, as: UTF8.self))
        case .batchGetClientIDByUid:
            // What is no list is answered like an empty one: the asker waits for exactly one answer.
            guard let list = try? JSONReader.read(Array(packet.extra)), case .array(let uids) = list else {
                self = .batchClients(ofUids: [])
                return
            }
            self = .batchClients(ofUids: uids.values.compactMap(InnerCommand.uid))
        case .select: self = .select(Selection(json: Array(packet.extra)))
        default: return nil
        }
    }

    /// One or nought.
    package static func answer(isOnline: Bool) -> PHPValue { .int(isOnline ? 1 : 0) }

    /// A list of connection ids.
    package static func answer(clients: [UInt32]) -> PHPValue { .list(clients.map { .int(Int64($0)) }) }

    /// A map of uid to list of connection ids, in the order of the question.
    package static func answer(uids: [String], clients: [String: [UInt32]]) -> PHPValue {
        var map = PHPArray()
        for uid in uids { map[.init(uid)] = answer(clients: clients[uid] ?? []) }
        return .array(map)
    }
}

/// The question of a SELECT: which clients, and what of them.
package struct Selection: Sendable, Equatable {
    /// One condition; a client that fits any of them is selected.
    package enum Condition: Sendable, Equatable {
        /// The client with this number.
        case connection(UInt32)
        /// The clients of this uid, in order of binding.
        case uid(String)
    }

    /// The names of the fields wanted, in the order in which they are answered.
    package var fields: [String]
    /// Which clients; nil for all of them, in order of connection.
    package var conditions: [Condition]?

    /// Reads `{"fields":[…],"where":…}`; what is not JSON selects nobody.
    package init(json: [UInt8]) {
        guard let question = try? JSONReader.read(json), case .array = question else {
            fields = []
            conditions = []
            return
        }
        fields = Self.values(question["fields"]).compactMap(InnerCommand.uid)
        guard case .array(let places)? = question["where"], places.count > 0 else {
            conditions = fields.isEmpty ? [] : nil
            return
        }
        conditions = places.elements.flatMap { place -> [Condition] in
            switch place.key {
            case "connection_id":
                Self.values(place.value).compactMap(InnerCommand.connectionID).map(Condition.connection)
            case "uid": Self.values(place.value).compactMap(InnerCommand.uid).map(Condition.uid)
            default: []
            }
        }
    }

    /// The answer: a map of connection id to its fields.
    ///
    /// - Parameter clients: the clients selected, in order, each with its uid; one that comes again counts once.
    /// - Returns: what is sent, the fields of each client in the order of the question.
    package func answer(_ clients: some Sequence<(connection: UInt32, uid: String?)>) -> PHPValue {
        var map = PHPArray()
        for client in clients where map[.int(Int64(client.connection))] == nil {
            var row = PHPArray()
            for field in fields {
                row[.init(field)] = field == "uid" ? client.uid.map(PHPValue.text) ?? .null : .null
            }
            map[.int(Int64(client.connection))] = .array(row)
        }
        return .array(map)
    }

    /// The values of a list or a map; nothing of everything else.
    private static func values(_ value: PHPValue?) -> [PHPValue] {
        guard case .array(let array)? = value else { return [] }
        return Array(array.values)
    }
}
