import ServerCore

extension Client {
    /// Begins the handshake; on the loop, once.
    func start() {
        opening = Opening(maxBytes: shard.context.limits.maxHandshakeBytes)
        stream.start(self)
        stream.setDeadline(after: shard.context.limits.handshakeTimeout)
    }

    /// Reads on; what follows the handshake is left in `input` if there is a socket then.
    func shakeHands(_ input: inout ByteCursor) {
        if opening?.decision != nil { return keepEarly(input) }
        switch opening?.reader.read(&input, allowedOrigins: shard.context.configuration.allowedOrigins) {
        case nil, .needMore: return
        case .refused(let refusal): refuse(refusal)
        case .request(let head):
            judge(head)
            if phase == .handshaking { keepEarly(input) }
        }
    }

    /// Has the handler decide about a request that keeps to the protocol.
    func judge(_ head: RequestHead) {
        guard let offers = ExtensionOffer.offers(in: head.headers) else {
            return refuse(Handshake.Refusal(status: 400, reason: "the Sec-WebSocket-Extensions are malformed"))
        }
        let sender = shard.context.proxies?.client(of: head.headers, peer: stream.peer)
        if let sender, !shard.admits(self, from: sender) {
            return refuse(Handshake.Refusal(status: 429, reason: "the address has as many connections as it may"))
        }
        let request = UpgradeRequest(head, peer: stream.peer, client: sender)
        obey(handler.upgrade(request), request, offers)
    }

    /// Answers with an HTTP status instead of a socket.
    func refuse(_ refusal: Handshake.Refusal) {
        opening?.decision?.cancel()
        phase = .done
        stream.write(refusal.response)
        stream.closeAfterFlush()
        shard.counters.handshakesRefused.add()
        shard.context.report(
            .handshakeRefused(status: refusal.status, peer: peerAddress, reason: refusal.reason)
        )
    }

    // MARK: The handler's decision

    private func obey(_ decision: UpgradeDecision, _ request: UpgradeRequest, _ offers: [ExtensionOffer]) {
        switch decision {
        case .accept(let subprotocol, let headers):
            accept(request, offers, subprotocol: subprotocol, HTTPHeaders(headers))
        case .refuse(let status, let reason, let headers):
            let refusal = Handshake.Refusal(decided: status, reason: reason, headers: HTTPHeaders(headers))
            if let refusal { refuse(refusal) } else { refuse(.faulty("the handler's refusal cannot be sent")) }
        case .later(let decide):
            wait(for: decide, request, offers)
        }
    }

    private func accept(
        _ request: UpgradeRequest,
        _ offers: [ExtensionOffer],
        subprotocol wanted: String?,
        _ headers: HTTPHeaders
    ) {
        guard Handshake.mayCarry(headers) else { return refuse(.faulty("the handler's header fields cannot be sent")) }
        let offered = request.subprotocols
        if let wanted, !offered.contains(wanted) {
            return refuse(.faulty("the handler chose a subprotocol that the client does not offer"))
        }
        var request = request
        request.subprotocol = wanted ?? offered.first { shard.context.configuration.subprotocols.contains($0) }
        open(request, offers, headers)
    }

    private func open(_ request: UpgradeRequest, _ offers: [ExtensionOffer], _ headers: HTTPHeaders) {
        let agreement = shard.deflate.flatMap { DeflateAgreement(offers, $0.compression) }
        if let agreement, let deflate = shard.deflate { parser.allowCompression(deflate.deflation(for: agreement)) }
        opening = nil
        phase = .open
        openedAt = shard.loop.ticks
        let response = Handshake.response(
            to: request.head,
            subprotocol: request.subprotocol,
            extensions: agreement?.answer,
            headers: headers
        )
        stream.write(response)
        startHeartbeat()
        shard.enter(self)
        shard.context.report(.clientOpened(id, peer: request.client?.ip ?? peerAddress))
        handler.opened(self, request: request)
    }

    // MARK: Deciding later

    private func wait(
        for decide: @escaping @Sendable () async -> UpgradeDecision,
        _ request: UpgradeRequest,
        _ offers: [ExtensionOffer]
    ) {
        let client = LoopBound(self, to: shard.loop)
        opening?.decision = Task {
            var decision = await decide()
            while case .later(let further) = decision { decision = await further() }
            let answer = decision
            client.loop.execute { client.value.decided(answer, request, offers) }
        }
    }

    private func decided(_ decision: UpgradeDecision, _ request: UpgradeRequest, _ offers: [ExtensionOffer]) {
        guard phase == .handshaking, stream.isOpen, var early = opening?.early else { return }
        stream.resumeReading()
        obey(decision, request, offers)
        guard phase == .open, !early.isEmpty else { return }
        early.withUnsafeMutableBytes { received($0) }
    }

    /// RFC 6455 4.1: a client waits for the answer; a little that comes before it is kept, and the rest waits.
    private func keepEarly(_ input: ByteCursor) {
        guard let opening, opening.early.count + input.count <= shard.context.limits.maxHandshakeBytes else {
            return refuse(Handshake.Refusal(status: 400, reason: "too much comes before the answer to the handshake"))
        }
        guard input.count > 0 else { return }  // reads on, to see the client go
        opening.early += input.rest
        stream.pauseReading()
    }
}
