/// How questions of the inner protocol are answered: byte for byte as the original does.
extension InnerQuery {
    /// Asks a gateway, behind all commands that it was given before.
    ///
    /// - Parameters:
    ///   - switchboard: the gateway's.
    ///   - answer: called once, on any thread, with the answer as it goes over the wire.
    package func ask(_ switchboard: Switchboard, _ answer: @escaping @Sendable ([UInt8]) -> Void) {
        switch self {
        case .isOnline(let client):
            switchboard.isOnline(client) { isOnline in answer(AnswerParser.encode { $0.int(isOnline ? 1 : 0) }) }
        case .clients(let uid):
            switchboard.connections(ofUids: [uid]) { lists in
                answer(AnswerParser.encode { $0.list(lists[0]) })
            }
        case .batchClients(let uids):
            let names = Self.once(uids)
            switchboard.connections(ofUids: names) { lists in
                answer(AnswerParser.encode { $0.map(names, lists) { $0.list($1) } })
            }
        case .session(let client):
            switchboard.select([.client(client)], .session) { rows in
                answer(AnswerParser.encode(serialized: Self.session(rows.first)))
            }
        case .sessions(let group):
            switchboard.select(group.map { [.group($0)] }, .session) { rows in
                answer(AnswerParser.encode { $0.sessions(rows) })
            }
        case .count(let group?):
            switchboard.clientCounts(inGroups: [group]) { counts in
                answer(AnswerParser.encode { $0.int(counts[0]) })
            }
        case .count(nil):
            switchboard.clientCount { count in answer(AnswerParser.encode { $0.int(count) }) }
        case .batchCount(let groups):
            let names = Self.once(groups)
            switchboard.clientCounts(inGroups: names) { counts in
                answer(AnswerParser.encode { $0.map(names, counts) { $0.int($1) } })
            }
        case .groups:
            switchboard.groups { groups in
                answer(AnswerParser.encode { $0.list(groups) })
            }
        case .select(let selection):
            switchboard.select(selection.conditions, selection.known) { rows in
                answer(AnswerParser.encode { $0.rows(rows, selection.fields) })
            }
        }
    }

    /// A name that comes again has its place already.
    private static func once(_ names: [String]) -> [String] {
        var seen: Set<PHPArray.Key> = []
        return names.filter { seen.insert(.init($0)).inserted }
    }

    /// The bytes as they are kept; an empty array where there is no session, or `0`, null where there is no client.
    private static func session(_ row: ClientRow?) -> [UInt8] {
        guard let row else { return PHPValue.null.serialized() }
        let isNothing = row.session.isEmpty || row.session == [UInt8(ascii: "0")]
        return isNothing ? PHPValue.list([]).serialized() : row.session
    }
}

extension PHPWriter {
    /// Connections, with the keys 0, 1, 2 and so on.
    fileprivate mutating func list(_ connections: [UInt32]) {
        array(count: connections.count)
        for (index, connection) in connections.enumerated() {
            int(index)
            int(connection)
        }
        endArray()
    }

    /// Names as PHP has them as keys: those that are whole numbers are numbers.
    fileprivate mutating func list(_ names: [String]) {
        array(count: names.count)
        for (index, name) in names.enumerated() {
            int(index)
            key(.init(name))
        }
        endArray()
    }

    fileprivate mutating func map<Value>(
        _ names: [String],
        _ values: [Value],
        _ write: (inout PHPWriter, Value) -> Void
    ) {
        array(count: names.count)
        for (name, value) in zip(names, values) {
            key(.init(name))
            write(&self, value)
        }
        endArray()
    }

    fileprivate mutating func sessions(_ rows: [ClientRow]) {
        array(count: rows.count)
        for row in rows {
            int(row.connection)
            string(row.session)
        }
        endArray()
    }

    fileprivate mutating func rows(_ rows: [ClientRow], _ fields: [String]) {
        var seen: Set<PHPArray.Key> = []
        let keys = fields.map { PHPArray.Key($0) }.filter { seen.insert($0).inserted }
        array(count: rows.count)
        for row in rows {
            int(row.connection)
            array(count: keys.count)
            for field in keys {
                key(field)
                self.field(field, of: row)
            }
            endArray()
        }
        endArray()
    }

    private mutating func field(_ field: PHPArray.Key, of row: ClientRow) {
        switch field {
        case "uid": if let uid = row.uid { string(uid.utf8) } else { null() }
        case "session": string(row.session)
        case "groups":
            guard let groups = row.groups else { return null() }
            array(count: groups.count)
            for group in groups {
                key(.init(group))
                string(group.utf8)
            }
            endArray()
        default: null()
        }
    }
}
