extension ChatAPI.Configuration {
    /// Refuses, before anything is served, what a browser or a header could not take.
    package func validate() throws(ChatError) {
        if let gatewayURL {
            let scheme = gatewayURL.prefix { $0 != ":" }.lowercased()
            guard ["ws", "wss"].contains(scheme), WebOrigin(gatewayURL) != nil, Self.isPlain(gatewayURL) else {
                throw Self.refusal("gateway URL", "it must be ws://host[:port][/path] or wss://…")
            }
        }
        if let tokenURL {
            let isPath = tokenURL.hasPrefix("/") && !tokenURL.hasPrefix("//")
            let scheme = tokenURL.prefix { $0 != ":" }.lowercased()
            let isAddress = ["http", "https"].contains(scheme) && WebOrigin(tokenURL) != nil
            guard isPath || isAddress, Self.isPlain(tokenURL) else {
                throw Self.refusal("token URL", "it must be http://…, https://… or a path of this host")
            }
        }
        for origin in allowedOrigins where origin != "*" && WebOrigin(origin)?.text != origin.lowercased() {
            throw Self.refusal("allowed origin", "it must be scheme://host[:port] without a path, or *")
        }
        guard pathPrefix.isEmpty || (pathPrefix.hasPrefix("/") && !pathPrefix.hasSuffix("/")) else {
            throw Self.refusal("path prefix", "it must begin with a slash and not end with one")
        }
        if case .required(let secret) = proof, secret.isEmpty {
            throw Self.refusal("secret", "without one nobody could tell whose a socket is")
        }
    }

    /// Whether a text can stand in the page's policy: visible ASCII without what separates there.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !text.contains { ";,'\"\\".contains($0) }
    }

    private static func refusal(_ setting: String, _ cause: String) -> ChatError {
        ChatError(.configuration, attempted: "use the \(setting)", cause: cause)
    }
}
