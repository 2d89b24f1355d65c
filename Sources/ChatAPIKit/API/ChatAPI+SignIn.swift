extension ChatAPI {
    /// How long a token of the development sign-in is good.
    private static let developmentLifetime: Duration = .seconds(12 * 3600)

    /// POST dev/sign-in: a token for any name, where that is enabled, for a browser on this very machine.
    ///
    /// Whatever else comes is answered as if there were no such path.
    func signIn(_ request: ChatRequest, _ host: HostHeader) throws(APIFailure) -> ChatResponse {
        guard let signer = configuration.developmentSignIn, request.isJSON, request.isFromThisMachine(host) else {
            throw .notFound
        }
        var fields = try fields(of: request)
        let name = fields.text("name", maximumBytes: 64)
        if name == "0" || name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            fields.report("name", "invalid", "must not be \"0\" and must not have control characters")
        }
        try fields.check()
        let token = signer.makeToken(uid: name, lifetime: Self.developmentLifetime)
        return ChatResponse(200, ["token": .string(token), "uid": .string(name)])
    }
}

extension ChatRequest {
    /// Whether a page of this machine, opened on this machine, sent it, with nothing in between.
    fileprivate func isFromThisMachine(_ host: HostHeader) -> Bool {
        let origins = values(of: "origin")
        return host.isLoopback && isPeerLoopback
            && origins.count == 1 && WebOrigin(origins[0])?.host.isLoopback == true
            && headers.allSatisfy { field in
                let name = field.name.lowercased()
                return !name.hasPrefix("x-forwarded-") && !["forwarded", "x-real-ip", "via"].contains(name)
            }
    }

    /// Whether the connection itself comes from this machine.
    private var isPeerLoopback: Bool {
        HostHeader(peerAddress)?.isLoopback ?? (peerAddress == "::1")
    }
}
