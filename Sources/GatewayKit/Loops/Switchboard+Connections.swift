import ServerCore

/// The list that an operator asks for.
extension Switchboard {
    /// What one loop has of a list.
    private struct Part: Sendable {
        var rows: [(serial: UInt64, details: ConnectionDetails)] = []
        var total = 0
    }

    /// The open sockets that fit, the first `limit` of them in the order of their serials; answered on a loop's thread.
    func list(
        _ filter: ConnectionFilter,
        limit: Int,
        answer: @escaping @Sendable (ConnectionList) -> Void
    ) {
        queryAll(
            { Self.part($0, filter, limit: limit) },
            answer: { parts in
                let rows = parts.flatMap(\.rows).sorted { $0.serial < $1.serial }
                answer(
                    ConnectionList(
                        connections: rows.prefix(limit).map(\.details),
                        total: parts.reduce(0) { $0 + $1.total }
                    )
                )
            }
        )
    }

    private static func part(_ table: ClientTable<Client>, _ filter: ConnectionFilter, limit: Int) -> Part {
        var part = Part()
        table.visit(uid: filter.uid, group: filter.group) { serial, client in
            if let prefix = filter.addressPrefix, !client.sender.utf8.starts(with: prefix.utf8) { return }
            part.total += 1
            if part.rows.count < limit { part.rows.append((serial, ConnectionDetails(client))) }
        }
        return part
    }
}

extension ConnectionDetails {
    /// Of an open client, on its loop.
    init(_ client: Client) {
        let table = client.shard.table
        let connection = client.id.connection
        id = client.id
        uid = table.uid(of: connection)
        address = client.sender
        let first = table.firstGroups(of: connection, atMost: Self.maxGroups)
        groups = first.names
        groupCount = first.count
        age = EventLoop.duration(ticks: client.shard.loop.ticks - client.openedAt)
        queuedBytes = client.backlogBytes
        messagesReceived = client.messagesReceived
        messagesSent = client.messagesSent
    }
}
