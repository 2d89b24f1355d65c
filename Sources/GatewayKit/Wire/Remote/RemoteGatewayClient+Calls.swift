extension RemoteGatewayClient {
    /// Sends an operation to all gateways, or to those whose clients it names.
    ///
    /// - Parameter operation: what is to be done; its packet holds at most 10 MiB.
    /// - Returns: how many gateways took it, and which did not; the gateway of a listed client that is not registered
    ///   counts as one that did not.
    /// - Throws: `invalidArgument`, `stopped`, and when not one gateway was reached `unknownGateway`,
    ///   `registerUnavailable` or `unreachable`.
    @discardableResult
    public func perform(_ operation: GatewayOperation) async throws(GatewayError) -> Delivery {
        let shipment = try Shipment(operation)
        guard shipment.gateways != [] else { return Delivery(gatewaysReached: 0) }
        let replies = try await order(.command, of: shipment.gateways, operation.attempt) { shipment.bytes(for: $0) }
        let missed = replies.filter { $0.failure != nil }
        guard missed.isEmpty || missed.count < replies.count else {
            throw Self.error(missed.compactMap(\.failure), operation.attempt)
        }
        return Delivery(gatewaysReached: replies.count - missed.count, unreachable: missed.map(\.gateway))
    }

    /// Waits until every gateway has obeyed all that this client has sent so far, by a question behind it.
    ///
    /// A connection that was lost with sends of which nobody knows whether they were obeyed is told once, to whoever
    /// confirms next.
    ///
    /// - Throws: `unreachable`, `timedOut` or `stopped` if a gateway did not confirm.
    public func confirm() async throws(GatewayError) {
        let attempt = "confirm what was sent"
        let failures: [Failure] = try await perform(attempt) { hub, done in
            hub.confirm { outcomes in done(outcomes.compactMap(\.failure)) }
        }
        if !failures.isEmpty { throw Self.error(failures, attempt) }
    }

    /// Ties a socket to a uid, and asks on the same connection whether it is there.
    ///
    /// - Parameters:
    ///   - uid: any string but `""` and `"0"`.
    ///   - client: the socket.
    /// - Returns: whether the socket was there; false means it has gone.
    /// - Throws: `invalidArgument`, `unknownGateway`, `registerUnavailable`, `unreachable`, `timedOut`,
    ///   `malformedAnswer` or `stopped`.
    public func bind(uid: String, to client: ClientID) async throws(GatewayError) -> Bool {
        let operation = GatewayOperation.bind(client, uid: uid)
        let bytes = try Shipment(operation).bytes(for: client.gateway)
        return try await isThere(client, .commandAndQuestion, behind: bytes, operation.attempt)
    }

    /// Whether a socket is open.
    ///
    /// - Parameter client: the socket.
    /// - Returns: what its gateway says.
    /// - Throws: `unknownGateway`, `registerUnavailable`, `unreachable`, `timedOut`, `malformedAnswer` or `stopped`.
    public func isOnline(_ client: ClientID) async throws(GatewayError) -> Bool {
        try await isThere(client, .question, "ask for a client")
    }

    /// The sockets of several uids on all gateways.
    ///
    /// - Parameter uids: any strings but `""` and `"0"`.
    /// - Returns: a list for each uid, in the order of the question: gateway by gateway, each in order of binding.
    /// - Throws: `unreachable` or `timedOut` if only one gateway did not answer, with what the others said in the error's
    ///   `partialAnswer`; `invalidArgument`, `registerUnavailable`, `malformedAnswer` or `stopped`.
    public func clients(ofUids uids: [String]) async throws(GatewayError) -> [[ClientID]] {
        let attempt = "ask for the clients of a uid"
        for uid in uids { try GatewayError.check(uid: uid, attempt) }
        guard !uids.isEmpty else { return [] }
        let question = GatewayPacket(.batchGetClientIDByUid, extra: Shipment.json(.list(uids.map(PHPValue.text))))
        let answers = try await ask(nil, attempt) { _ in question }
        let keys = uids.map { PHPArray.Key($0) }
        let clients = answers.gather(keys.map { _ in [ClientID]() }, attempt) {
            clients,
            answer throws(PHPValue.Malformed) in
            let lists = try answer.array()
            for (index, key) in keys.enumerated() { clients[index] += answer.clients(lists[key]) }
        }
        return try clients.whole { .clients($0) }
    }

    /// The sockets that a selection names, gateway by gateway, each once, with the fields it asks for.
    ///
    /// - Parameter selection: which sockets; the gateways of those it names are asked, and all if it names a uid, a
    ///   group or everybody.
    /// - Returns: the sockets.
    /// - Throws: as `clients(ofUids:)`, and `unknownGateway`.
    public func select(_ selection: ClientSelection) async throws(GatewayError) -> [SelectedClient] {
        let attempt = "select clients"
        try selection.check(attempt)
        let question = SelectQuestion(selection)
        guard question.gateways != [] else { return [] }
        let answers = try await ask(question.gateways, attempt) { question.packet(for: $0) }
        let selected = answers.gather([SelectedClient](), attempt) { selected, answer throws(PHPValue.Malformed) in
            selected += try answer.array().elements.compactMap { answer.client($0) }
        }
        return try selected.whole { .selected($0) }
    }

    /// The groups that have a socket, each once: gateway by gateway, each in order of creation.
    ///
    /// - Returns: the names of the groups.
    /// - Throws: as `clients(ofUids:)`.
    public func groups() async throws(GatewayError) -> [String] {
        let attempt = "list the groups"
        let answers = try await ask(nil, attempt) { _ in GatewayPacket(.getGroupIDList) }
        var seen: Set<PHPArray.Key> = []
        let groups = answers.gather([String](), attempt) { groups, answer throws(PHPValue.Malformed) in
            let keys = try answer.array().values.compactMap(\.key)
            groups += keys.filter { seen.insert($0).inserted }.map { String(decoding: $0.name, as: UTF8.self) }
        }
        return try groups.whole { .groups($0) }
    }

    /// How many sockets are open, on all gateways.
    ///
    /// - Returns: the sum of the gateways' counts.
    /// - Throws: as `clients(ofUids:)`.
    public func clientCount() async throws(GatewayError) -> Int {
        let attempt = "count the clients"
        let answers = try await ask(nil, attempt) { _ in GatewayPacket(.getClientCountByGroup) }
        let count = answers.gather(0, attempt) { count, answer throws(PHPValue.Malformed) in
            count += try answer.count(answer.value)
        }
        return try count.whole { .counts([$0]) }
    }

    /// How many sockets each group has on all gateways, in the order of the question.
    ///
    /// - Parameter groups: any strings but `""` and `"0"`.
    /// - Returns: the sums of the gateways' counts, 0 for a group that is not there.
    /// - Throws: as `clients(ofUids:)`.
    public func clientCounts(inGroups groups: [String]) async throws(GatewayError) -> [Int] {
        let attempt = "count the clients of groups"
        for group in groups { try GatewayError.check(group: group, attempt) }
        guard !groups.isEmpty else { return [] }
        let names = Shipment.json(.list(groups.map(PHPValue.text)))
        let answers = try await ask(nil, attempt) { _ in GatewayPacket(.batchGetClientCountByGroup, extra: names) }
        let keys = groups.map { PHPArray.Key($0) }
        let counts = answers.gather(keys.map { _ in 0 }, attempt) { counts, answer throws(PHPValue.Malformed) in
            let map = try answer.array()
            for (index, key) in keys.enumerated() { counts[index] += try answer.count(map[key]) }
        }
        return try counts.whole { .counts($0) }
    }

    /// Asks a client's gateway whether it is there, behind other packets.
    private func isThere(
        _ client: ClientID,
        _ kind: GatewayLine.Kind,
        behind packets: [UInt8] = [],
        _ attempt: String
    ) async throws(GatewayError) -> Bool {
        let bytes = packets + GatewayPacket(.isOnline, connectionID: client.connection).bytes
        let answers = GatewayAnswers(try await order(kind, of: [client.gateway], attempt) { _ in bytes })
        return try answers.gather(false, attempt) { isThere, answer throws(PHPValue.Malformed) in
            isThere = try answer.count(answer.value) == 1
        }
        .whole { _ in nil }
    }
}
