/// What the calls have in common.
extension RemoteGatewayClient {
    typealias Failure = (code: GatewayError.Code, cause: String)

    /// What one gateway did with an order.
    struct Reply: Sendable {
        let gateway: GatewayAddress
        var answer: [UInt8]?
        var failure: Failure?
    }

    /// Sends an order to each of some gateways, or to all there are, and gathers what becomes of it.
    func order(
        _ kind: GatewayLine.Kind,
        of gateways: [GatewayAddress]?,
        _ attempt: String,
        _ bytes: @escaping @Sendable (GatewayAddress) -> [UInt8]
    ) async throws(GatewayError) -> [Reply] {
        let outcome: Result<[Reply], RemoteHub.NoGateway> = try await perform(attempt) { hub, done in
            guard let gateways = gateways ?? hub.gateways else { return done(.failure(hub.emptiness)) }
            let gathering = Gathering<Reply>(count: gateways.count) { done(.success($0)) }
            for (index, gateway) in gateways.enumerated() {
                let order = GatewayLine.Order(bytes: bytes(gateway), kind: kind) { outcome in
                    let reply = Reply(gateway: gateway, answer: outcome.answer, failure: outcome.failure)
                    gathering.put(reply, at: index)
                }
                hub.send(to: gateway, order)
            }
        }
        switch outcome {
        case .success(let replies): return replies
        case .failure(let nobody): throw GatewayError(nobody.code, attempt: attempt, cause: nobody.cause)
        }
    }

    /// Asks some gateways, or all there are.
    func ask(
        _ gateways: [GatewayAddress]?,
        _ attempt: String,
        _ question: @escaping @Sendable (GatewayAddress) -> GatewayPacket
    ) async throws(GatewayError) -> GatewayAnswers {
        GatewayAnswers(try await order(.question, of: gateways, attempt) { question($0).bytes })
    }

    /// One error for all the failures, of which there is at least one.
    static func error(_ failures: [Failure], _ attempt: String) -> GatewayError {
        let code = failures.allSatisfy { $0.code == failures[0].code } ? failures[0].code : .unreachable
        return GatewayError(code, attempt: attempt, cause: failures.map(\.cause).joined(separator: "; "))
    }
}
