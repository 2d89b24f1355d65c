/// A gateway of this process that runs, and what the names of clients mean to it.
struct RunningSwitchboard {
    let switchboard: Switchboard
    let address: GatewayAddress

    /// The name of a client of this gateway.
    func client(_ connection: UInt32) -> ClientID { ClientID(gateway: address, connection: connection) }

    /// The number of a client of this gateway; throws `unknownGateway` for one of another.
    func connection(_ client: ClientID, _ attempt: String) throws(GatewayError) -> UInt32 {
        guard client.gateway == address else {
            throw GatewayError(
                .unknownGateway,
                attempt: attempt,
                cause: "\(client) is a client of the gateway \(client.gateway), this one is \(address)"
            )
        }
        return client.connection
    }

    /// What an operation means for the loops.
    func command(_ operation: GatewayOperation) throws(GatewayError) -> Command {
        let attempt = operation.attempt
        try operation.check()
        return switch operation {
        case .send(let message, let target): .send(EncodedFrame(message), to: try recipients(target, attempt))
        case .close(let client, let last):
            .kick(try connection(client, attempt), last: last.map { EncodedFrame($0) })
        case .destroy(let client): .destroy(try connection(client, attempt))
        case .bind(let client, let uid): .bind(try connection(client, attempt), uid: uid)
        case .unbind(let client): .unbind(try connection(client, attempt))
        case .join(let client, let group): .join(try connection(client, attempt), group: group)
        case .leave(let client, let group): .leave(try connection(client, attempt), group: group)
        case .dissolve(let group): .dissolve(group: group)
        case .setSession(let client, let session): .setSession(try connection(client, attempt), session.bytes)
        case .mergeSession(let client, let change):
            .mergeSession(try connection(client, attempt), PHPValue.array(change).serialized())
        }
    }

    /// Who of this gateway's clients a target is.
    func recipients(_ target: Target, _ attempt: String) throws(GatewayError) -> Recipients {
        try target.check(attempt)
        switch target.kind {
        case .clients(let clients):
            let connections = try clients.map { client throws(GatewayError) in try connection(client, attempt) }
            return connections.count == 1 ? .client(connections[0]) : .clients(connections)
        case .uids(let uids): return uids.count == 1 ? .uid(uids[0]) : .uids(uids)
        case .groups(let groups, let excluded): return .groups(groups, excluding: own(excluded))
        case .all(let excluded): return .all(excluding: own(excluded))
        }
    }

    /// Whom a selection names; nil for everybody.
    func conditions(_ selection: ClientSelection, _ attempt: String) throws(GatewayError) -> [ClientCondition]? {
        try selection.check(attempt)
        guard case .any(let clients, let uids, let groups) = selection.scope else { return nil }
        let connections = try clients.map { client throws(GatewayError) in try connection(client, attempt) }
        return connections.map(ClientCondition.client) + uids.map(ClientCondition.uid)
            + groups.map(ClientCondition.group)
    }

    /// A client of another gateway is none of ours, so there is nobody to leave out.
    private func own(_ clients: [ClientID]) -> Set<UInt32> {
        Set(clients.lazy.filter { $0.gateway == address }.map(\.connection))
    }
}
