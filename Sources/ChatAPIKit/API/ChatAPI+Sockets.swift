import PlatformCore
import ServerCore

extension ChatAPI {
    /// POST bind: ties a socket to the signed-in user, and answers where his running replies are.
    func bind(_ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var fields = try fields(of: request)
        let clientID = fields.clientID()
        let sent = proof == nil ? "" : fields.text("proof", maximumBytes: 128)
        try fields.check()
        switch proof?.verify(sent, clientID: clientID, at: configuration.clock.now() / 1000) {
        case nil, .valid: break
        case .expired: throw APIFailure.proofExpired
        case .forged: throw APIFailure.badProof
        }
        guard try await reachGateway({ try await pusher.bind(clientID: clientID, uid: uid) }) == .bound else {
            throw APIFailure.clientGone
        }
        // Read only now: what is appended from here on is pushed to this socket as well, so nothing falls between.
        let replies = try await store.activeReplies(uid: uid)
        return ChatResponse(200, ["uid": .string(uid), "replies": .array(replies.map(JSON.init))])
    }

    /// POST unbind: unties a socket that is bound to the signed-in user.
    func unbind(_ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var fields = try fields(of: request)
        let clientID = fields.clientID()
        try fields.check()
        guard try await reachGateway({ try await pusher.unbind(clientID: clientID, uid: uid) }) else {
            throw APIFailure.notBound
        }
        return ChatResponse(status: 204)
    }

    private func reachGateway<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
        do {
            return try await body()
        } catch {
            configuration.onEvent(.gatewayUnavailable(cause: "\(error)"))
            throw APIFailure.gatewayUnavailable
        }
    }
}

extension Fields {
    /// GatewayWorker's form: 20 hexadecimal digits, as its `bin2hex` writes them.
    fileprivate mutating func clientID() -> String {
        guard let text = optionalText("client_id", maximumBytes: 20, isRequired: true) else { return "" }
        let isHex = text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        if text.utf8.count < 20 || !isHex, text.utf8.count <= 20 {
            report("client_id", "invalid", "must be 20 hexadecimal digits in small letters")
        }
        return text
    }
}
