/// What gateways answered to one question.
struct GatewayAnswers {
    /// What was gathered of the answers, and the error for those that are missing.
    struct Gathered<Value> {
        let value: Value
        let error: GatewayError?

        /// The value; throws with it inside if an answer is missing.
        func whole(_ part: (Value) -> GatewayError.PartialAnswer?) throws(GatewayError) -> Value {
            guard var error else { return value }
            error.partialAnswer = part(value)
            throw error
        }
    }

    private let replies: [RemoteGatewayClient.Reply]

    init(_ replies: [RemoteGatewayClient.Reply]) { self.replies = replies }

    /// Puts the answers together in the order of the gateways.
    ///
    /// - Parameters:
    ///   - start: what there is without an answer.
    ///   - attempt: what was asked, for the error.
    ///   - add: adds one gateway's answer; a gateway whose answer is not read counts as one that did not answer.
    /// - Returns: what was gathered.
    func gather<Value>(
        _ start: Value,
        _ attempt: String,
        _ add: (inout Value, GatewayAnswer) throws(PHPValue.Malformed) -> Void
    ) -> Gathered<Value> {
        var value = start
        var failures: [RemoteGatewayClient.Failure] = []
        for reply in replies {
            if let failure = reply.failure {
                failures.append(failure)
                continue
            }
            do throws(PHPValue.Malformed) {
                var next = value
                try add(&next, GatewayAnswer(reply.answer ?? [], from: reply.gateway))
                value = next
            } catch {
                failures.append((.malformedAnswer, "\(reply.gateway): its answer is \(error)"))
            }
        }
        let error = failures.isEmpty ? nil : RemoteGatewayClient.error(failures, attempt)
        return Gathered(value: value, error: error)
    }
}

/// What one gateway answered.
struct GatewayAnswer {
    let value: PHPValue
    private let gateway: GatewayAddress

    init(_ bytes: [UInt8], from gateway: GatewayAddress) throws(PHPValue.Malformed) {
        value = try PHPValue(serialized: bytes)
        self.gateway = gateway
    }

    func array() throws(PHPValue.Malformed) -> PHPArray {
        guard case .array(let array) = value else { throw .syntax }
        return array
    }

    /// A number that counts something.
    func count(_ value: PHPValue?) throws(PHPValue.Malformed) -> Int {
        guard case .int(let number)? = value, let count = Int(exactly: number), count >= 0 else { throw .syntax }
        return count
    }

    /// The clients in a list of connections.
    func clients(_ list: PHPValue?) -> [ClientID] {
        guard case .array(let numbers)? = list else { return [] }
        return numbers.values.compactMap { number in
            InnerNames.connection(number).map { ClientID(gateway: gateway, connection: $0) }
        }
    }

    /// A row of a SELECT's answer.
    func client(_ row: PHPArray.Element) -> SelectedClient? {
        guard let connection = InnerNames.connection(row.key.value) else { return nil }
        var groups: [String] = []
        if case .array(let names)? = row.value["groups"] { groups = names.values.compactMap(InnerNames.name) }
        var session: [UInt8] = []
        if case .string(let bytes)? = row.value["session"] { session = bytes }
        return SelectedClient(
            id: ClientID(gateway: gateway, connection: connection),
            uid: row.value["uid"].flatMap { $0 == .null ? nil : InnerNames.name($0) },
            groups: groups,
            session: ClientSession(bytes: session)
        )
    }
}
