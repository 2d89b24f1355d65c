import PlatformCore

/// The questions that `GatewayClient` and the inner port have in common; each is answered on some loop's thread.
extension Switchboard {
    /// Whether a client is open.
    package func isOnline(_ connection: UInt32, answer: @escaping @Sendable (Bool) -> Void) {
        query(connection, { $0[connection] != nil }, answer: answer)
    }

    /// The clients of each uid, in the order of the request, each list in order of binding.
    package func connections(ofUids uids: [String], answer: @escaping @Sendable ([[UInt32]]) -> Void) {
        find(uids.map(ClientCondition.uid), []) { lists in answer(lists.map { $0.map(\.connection) }) }
    }

    /// The clients that fit any of the conditions, each once, in the order of the first that they fit.
    ///
    /// Within a condition the order is that of binding or joining.
    ///
    /// - Parameters:
    ///   - conditions: which clients; nil for all, in order of connecting.
    ///   - fields: what is told of them.
    ///   - answer: called once.
    package func select(
        _ conditions: [ClientCondition]?,
        _ fields: ClientSelection.Fields,
        answer: @escaping @Sendable ([ClientRow]) -> Void
    ) {
        guard let conditions else {
            return queryAll({ $0.findAll(fields) }, answer: { answer(Self.merge($0)) })
        }
        find(conditions, fields) { lists in
            if lists.count == 1 { return answer(lists[0]) }
            var seen: Set<UInt32> = []
            answer(lists.joined().filter { seen.insert($0.connection).inserted })
        }
    }

    /// The groups that have a client, in order of creation.
    package func groups(answer: @escaping @Sendable ([String]) -> Void) {
        queryAll(
            { $0.listGroups() },
            answer: { parts in
                var seen: Set<ByteKey> = []
                let inOrder = parts.joined().sorted { $0.serial < $1.serial }
                answer(inOrder.map(\.name).filter { seen.insert(ByteKey($0)).inserted })
            }
        )
    }

    /// How many clients there are.
    package func clientCount(answer: @escaping @Sendable (Int) -> Void) {
        queryAll({ $0.count }, answer: { answer($0.reduce(0, +)) })
    }

    /// How many clients each group has, in the order of the request.
    package func clientCounts(inGroups groups: [String], answer: @escaping @Sendable ([Int]) -> Void) {
        queryAll(
            { table in groups.map { table.count(inGroup: $0) } },
            answer: { parts in answer(groups.indices.map { index in parts.reduce(0) { $0 + $1[index] } }) }
        )
    }

    private func find(
        _ conditions: [ClientCondition],
        _ fields: ClientSelection.Fields,
        answer: @escaping @Sendable ([[ClientRow]]) -> Void
    ) {
        queryAll(
            { table in conditions.map { table.find($0, fields) } },
            answer: { parts in
                answer(conditions.indices.map { index in Self.merge(parts.map { $0[index] }) })
            }
        )
    }

    private static func merge(_ parts: [[ClientTable<Client>.Found]]) -> [ClientRow] {
        guard parts.count > 1 else { return parts.joined().map(\.row) }
        return parts.joined().sorted { $0.serial < $1.serial }.map(\.row)
    }
}
