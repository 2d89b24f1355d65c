extension Switchboard: InnerBackend {
    package func perform(_ command: InnerCommand, answer: @escaping @Sendable (PHPValue) -> Void) {
        switch command {
        case .send(let frame, .clients(let connections)):
            perform(.send(frame, to: connections.count == 1 ? .client(connections[0]) : .clients(connections)))
        case .send(let frame, .uids(let uids)):
            perform(.send(frame, to: uids.count == 1 ? .uid(uids[0]) : .uids(uids)))
        case .send(let frame, .all(let excluded)): perform(.send(frame, to: .all(excluding: excluded)))
        case .kick(let connection, let last): perform(.kick(connection, last: last))
        case .destroy(let connection): perform(.destroy(connection))
        case .bind(let connection, let uid): perform(.bind(connection, uid: uid))
        case .unbind(let connection): perform(.unbind(connection))
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
            let conditions = selection.conditions.map { $0.map(Self.condition) }
            select(conditions, .uid) { rows in answer(selection.answer(rows.map { ($0.connection, $0.uid) })) }
        }
    }

    private static func condition(_ condition: Selection.Condition) -> ClientCondition {
        switch condition {
        case .connection(let connection): .client(connection)
        case .uid(let uid): .uid(uid)
        }
    }
}
