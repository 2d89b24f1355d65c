extension Switchboard: InnerBackend {
    package func perform(_ command: InnerCommand, answer: @escaping @Sendable (PHPValue) -> Void) {
        switch command {
        case .send(let frame, .clients(let connections)):
            if connections.count == 1 {
                send(frame, toConnection: connections[0])
            } else {
                send(frame, toConnections: connections)
            }
        case .send(let frame, .uids(let uids)):
            if uids.count == 1 { send(frame, toUid: uids[0]) } else { send(frame, toUids: uids) }
        case .send(let frame, .all(let excluded)): sendToAll(frame, excluding: excluded)
        case .kick(let connection, let last): kick(connection, last: last)
        case .destroy(let connection): destroy(connection)
        case .bind(let connection, let uid): bind(connection, to: uid)
        case .unbind(let connection): unbind(connection)
        case .query(let query): ask(query, answer)
        }
    }

    private func ask(_ query: InnerQuery, _ answer: @escaping @Sendable (PHPValue) -> Void) {
        switch query {
        case .isOnline(let connection):
            isOnline(connection) { answer(InnerQuery.answer(isOnline: $0)) }
        case .clients(let uid):
            connections(ofUids: [uid]) { answer(InnerQuery.answer(clients: $0[0])) }
        case .batchClients(let uids):
            connections(ofUids: uids) { lists in
                let clients = Dictionary(zip(uids, lists)) { first, _ in first }
                answer(InnerQuery.answer(uids: uids, clients: clients))
            }
        case .select(let selection):
            guard let conditions = selection.conditions else {
                return allClients { answer(selection.answer($0)) }
            }
            select(conditions) { answer(selection.answer($0)) }
        }
    }

    private typealias Selected = (listed: ClientTable<Client>.Listed, uid: String?)

    /// The clients that fit the conditions: condition by condition, each in the order of its own list.
    private func select(
        _ conditions: [Selection.Condition],
        _ answer: @escaping @Sendable ([(connection: UInt32, uid: String?)]) -> Void
    ) {
        let look: @Sendable (borrowing ClientTable<Client>) -> [[Selected]] = { table in
            conditions.map { condition in
                switch condition {
                case .uid(let uid): table.clients(ofUid: uid).map { ($0, uid) }
                case .connection(let connection):
                    table[connection] == nil
                        ? [] : [(.init(serial: 0, connection: connection), table.uid(of: connection))]
                }
            }
        }
        queryAll(look) { parts in
            let selected = conditions.indices.flatMap { index in
                parts.flatMap { $0[index] }.sorted { $0.listed.serial < $1.listed.serial }
            }
            answer(selected.map { ($0.listed.connection, $0.uid) })
        }
    }
}
