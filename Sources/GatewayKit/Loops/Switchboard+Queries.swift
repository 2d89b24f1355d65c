/// The questions that `GatewayClient` and the inner port have in common; each also comes as an async function.
extension Switchboard {
    /// Whether a client is open.
    package func isOnline(_ connection: UInt32, answer: @escaping @Sendable (Bool) -> Void) {
        query(connection, { $0[connection] != nil }, answer: answer)
    }

    /// The clients of each uid, in the order of the request, each list in order of binding.
    package func connections(ofUids uids: [String], answer: @escaping @Sendable ([[UInt32]]) -> Void) {
        queryAll(
            { table in uids.map { table.clients(ofUid: $0) } },
            answer: { parts in answer(uids.indices.map { index in Self.merge(parts.map { $0[index] }) }) }
        )
    }

    /// The uid of a client: nil if there is no such client, and `.some(nil)` if it is bound to none.
    package func uid(of connection: UInt32, answer: @escaping @Sendable (String??) -> Void) {
        query(connection, { $0[connection] == nil ? nil : .some($0.uid(of: connection)) }, answer: answer)
    }

    /// Every client with its uid, in order of connecting.
    package func allClients(answer: @escaping @Sendable ([(connection: UInt32, uid: String?)]) -> Void) {
        queryAll(
            { $0.listAll() },
            answer: { parts in
                let all = parts.joined().sorted { $0.listed.serial < $1.listed.serial }
                answer(all.map { ($0.listed.connection, $0.uid) })
            }
        )
    }

    package func isOnline(_ connection: UInt32) async -> Bool {
        await withCheckedContinuation { waiting in isOnline(connection) { waiting.resume(returning: $0) } }
    }

    package func connections(ofUids uids: [String]) async -> [[UInt32]] {
        await withCheckedContinuation { waiting in connections(ofUids: uids) { waiting.resume(returning: $0) } }
    }

    package func uid(of connection: UInt32) async -> String?? {
        await withCheckedContinuation { waiting in uid(of: connection) { waiting.resume(returning: $0) } }
    }

    private static func merge(_ parts: [[ClientTable<Client>.Listed]]) -> [UInt32] {
        guard parts.count > 1 else { return parts.joined().map(\.connection) }
        return parts.joined().sorted { $0.serial < $1.serial }.map(\.connection)
    }
}
