extension RemoteGatewayClient {
    /// Sends a message to all gateways, or to those that the listed clients name.
    ///
    /// - Parameters:
    ///   - message: a text or binary message, at most 10 MiB with its envelope.
    ///   - target: who receives it.
    /// - Returns: how many gateways took it, and which did not; the gateway of a listed client that is not registered
    ///   counts as one that did not.
    /// - Throws: `invalidArgument`, `stopped`, and when not one gateway was reached `unknownGateway`,
    ///   `registerUnavailable` or `unreachable`.
    @discardableResult
    public func send(_ message: Message, to target: Target) async throws(GatewayError) -> Delivery {
        let attempt = "send a message"
        let shipment = try Shipment(message, to: target, attempt: attempt)
        guard shipment.gateways != [] else { return Delivery(gatewaysReached: 0) }
        let replies = try await ask(shipment.gateways, .command, attempt) { shipment.bytes(for: $0) }
        var delivery = Delivery(gatewaysReached: 0)
        for reply in replies {
            if reply.failure == nil {
                delivery.gatewaysReached += 1
            } else {
                delivery.unreachable.append(reply.gateway)
            }
        }
        if delivery.gatewaysReached == 0, let error = Self.error(of: replies.compactMap(\.failure), attempt: attempt) {
            throw error
        }
        return delivery
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
        if let error = Self.error(of: failures, attempt: attempt) { throw error }
    }

    /// Ties a socket to a uid, and asks on the same connection whether it is there.
    ///
    /// - Parameters:
    ///   - uid: any string but `""` and `"0"`.
    ///   - client: the socket.
    /// - Returns: whether the socket was there; false means it has gone.
    /// - Throws: `invalidArgument`, `unknownGateway`, `registerUnavailable`, `unreachable`, `timedOut` or `stopped`.
    public func bind(uid: String, to client: ClientID) async throws(GatewayError) -> Bool {
        let attempt = "bind a client"
        try GatewayError.check(uid: uid, attempt)
        let bind = GatewayPacket(.bindUid, connectionID: client.connection, extra: Array(uid.utf8))
        let question = GatewayPacket(.isOnline, connectionID: client.connection)
        return try await isOne(client, bind.bytes + question.bytes, .commandAndQuestion, attempt)
    }

    /// Ends the binding of a socket; returns when the command is with the kernel.
    ///
    /// - Parameter client: the socket; without a binding nothing happens.
    /// - Throws: `unknownGateway`, `registerUnavailable`, `unreachable` or `stopped`.
    public func unbind(_ client: ClientID) async throws(GatewayError) {
        let attempt = "unbind a client"
        let bytes = GatewayPacket(.unbindUid, connectionID: client.connection).bytes
        let replies = try await ask([client.gateway], .command, attempt) { _ in bytes }
        if let error = Self.error(of: replies.compactMap(\.failure), attempt: attempt) { throw error }
    }

    /// Whether a socket is open.
    ///
    /// - Parameter client: the socket.
    /// - Returns: what its gateway says.
    /// - Throws: `unknownGateway`, `registerUnavailable`, `unreachable`, `timedOut` or `stopped`.
    public func isOnline(_ client: ClientID) async throws(GatewayError) -> Bool {
        let question = GatewayPacket(.isOnline, connectionID: client.connection)
        return try await isOne(client, question.bytes, .question, "ask whether a client is online")
    }

    /// The sockets of several uids on all gateways.
    ///
    /// - Parameter uids: any strings but `""` and `"0"`.
    /// - Returns: a list for each uid, in the order of the question: gateway by gateway, each in order of binding.
    /// - Throws: `unreachable` or `timedOut` if only one gateway did not answer, with what the others said in the error's
    ///   `partialAnswer`; `invalidArgument`, `registerUnavailable`, `malformedAnswer` or `stopped`.
    public func clients(ofUids uids: [String]) async throws(GatewayError) -> [[ClientID]] {
        let attempt = "list the clients of uids"
        for uid in uids { try GatewayError.check(uid: uid, attempt) }
        guard !uids.isEmpty else { return [] }
        let question = GatewayPacket(.batchGetClientIDByUid, extra: Shipment.json(.list(uids.map(PHPValue.text)))).bytes
        let replies = try await ask(nil, .question, attempt) { _ in question }
        let keys = uids.map { PHPArray.Key($0) }
        var clients: [[ClientID]] = uids.map { _ in [] }
        for reply in replies {
            guard let answer = reply.answer else { continue }
            let lists = try Self.array(Self.value(answer, from: reply.gateway, attempt), reply.gateway, attempt)
            for (index, key) in keys.enumerated() { clients[index] += Self.clients(lists[key], of: reply.gateway) }
        }
        guard var error = Self.error(of: replies.compactMap(\.failure), attempt: attempt) else { return clients }
        error.partialAnswer = .clients(clients)
        throw error
    }

    /// The uid a socket is bound to.
    ///
    /// - Parameter client: the socket.
    /// - Returns: its uid; nil if it is bound to none or gone.
    /// - Throws: `unknownGateway`, `registerUnavailable`, `unreachable`, `timedOut`, `malformedAnswer` or `stopped`.
    public func uid(of client: ClientID) async throws(GatewayError) -> String? {
        let attempt = "ask for the uid of a client"
        let id = PHPValue.int(Int64(client.connection))
        var connections = PHPArray()
        connections[.int(Int64(client.connection))] = id
        let selection: PHPValue = ["fields": ["uid"], "where": ["connection_id": .array(connections)]]
        let question = GatewayPacket(.select, extra: Shipment.json(selection)).bytes
        let rows = try await Self.array(
            answer(of: client.gateway, question, .question, attempt),
            client.gateway,
            attempt
        )
        guard case .string(let uid)? = rows[.int(Int64(client.connection))]?["uid"] else { return nil }
        return String(decoding: uid, as: UTF8.self)
    }
}

// MARK: - What the calls have in common

extension RemoteGatewayClient {
    /// What one gateway did with an order.
    private struct Reply: Sendable {
        let gateway: GatewayAddress
        var answer: [UInt8]?
        var failure: Failure?
    }

    typealias Failure = (code: GatewayError.Code, cause: String)

    /// Sends an order to each of some gateways, or to all there are, and gathers what becomes of it.
    private func ask(
        _ gateways: [GatewayAddress]?,
        _ kind: GatewayLine.Kind,
        _ attempt: String,
        _ bytes: @escaping @Sendable (GatewayAddress) -> [UInt8]
    ) async throws(GatewayError) -> [Reply] {
        let outcome: Result<[Reply], RemoteHub.NoGateway> = try await perform(attempt) { hub, done in
            guard let gateways = gateways ?? hub.gateways else { return done(.failure(hub.emptiness)) }
            let gathering = Gathering<Reply>(count: gateways.count) { done(.success($0)) }
            for (index, gateway) in gateways.enumerated() {
                let order = GatewayLine.Order(bytes: bytes(gateway), kind: kind) { outcome in
                    gathering.put(
                        Reply(gateway: gateway, answer: outcome.answer, failure: outcome.failure),
                        at: index
                    )
                }
                hub.send(to: gateway, order)
            }
        }
        switch outcome {
        case .success(let replies): return replies
        case .failure(let nobody): throw GatewayError(nobody.code, attempt: attempt, cause: nobody.cause)
        }
    }

    /// One error for all the failures; nil if there is none.
    private static func error(of failures: [Failure], attempt: String) -> GatewayError? {
        guard let first = failures.first else { return nil }
        let code = failures.allSatisfy { $0.code == first.code } ? first.code : .unreachable
        return GatewayError(code, attempt: attempt, cause: failures.map(\.cause).joined(separator: "; "))
    }

    private static func value(
        _ answer: [UInt8],
        from gateway: GatewayAddress,
        _ attempt: String
    ) throws(GatewayError) -> PHPValue {
        do throws(PHPValue.Malformed) {
            return try PHPValue(serialized: answer)
        } catch {
            throw GatewayError(.malformedAnswer, attempt: attempt, cause: "\(gateway): \(error)")
        }
    }

    private static func array(
        _ value: PHPValue,
        _ gateway: GatewayAddress,
        _ attempt: String
    ) throws(GatewayError) -> PHPArray {
        guard case .array(let array) = value else {
            throw GatewayError(.malformedAnswer, attempt: attempt, cause: "\(gateway): no array")
        }
        return array
    }

    private static func clients(_ list: PHPValue?, of gateway: GatewayAddress) -> [ClientID] {
        guard case .array(let numbers)? = list else { return [] }
        return numbers.values.compactMap { number in
            InnerNames.connection(number).map { ClientID(gateway: gateway, connection: $0) }
        }
    }

    /// What one gateway answers.
    private func answer(
        of gateway: GatewayAddress,
        _ bytes: [UInt8],
        _ kind: GatewayLine.Kind,
        _ attempt: String
    ) async throws(GatewayError) -> PHPValue {
        let replies = try await ask([gateway], kind, attempt) { _ in bytes }
        if let error = Self.error(of: replies.compactMap(\.failure), attempt: attempt) { throw error }
        return try Self.value(replies.first?.answer ?? [], from: gateway, attempt)
    }

    private func isOne(
        _ client: ClientID,
        _ bytes: [UInt8],
        _ kind: GatewayLine.Kind,
        _ attempt: String
    ) async throws(GatewayError) -> Bool {
        switch try await answer(of: client.gateway, bytes, kind, attempt) {
        case 0: return false
        case 1: return true
        default:
            throw GatewayError(.malformedAnswer, attempt: attempt, cause: "\(client.gateway): neither 0 nor 1")
        }
    }
}
