import ServerCore

/// Closed by default: what trusts its peers listens beyond this machine only with a secret.
enum ListenRule {
    /// The address of a listener that may be opened.
    ///
    /// - Throws: `invalidConfiguration` if it is no address, or reaches further than the secret allows.
    static func check(
        _ listen: String,
        secret: String,
        isInsecureAllowed: Bool,
        attempt: String
    ) throws(GatewayError) -> SocketAddress {
        guard let address = SocketAddress(listen) else {
            throw GatewayError(.invalidConfiguration, attempt: attempt, cause: "not an address like 127.0.0.1:1236")
        }
        guard address.isLoopback || !secret.isEmpty || isInsecureAllowed else {
            let cause = "beyond this machine it needs a secret, or isInsecureAllowed"
            throw GatewayError(.invalidConfiguration, attempt: attempt, cause: cause)
        }
        return address
    }
}

extension Task<Never, Never> {
    /// Returns when the current task is cancelled.
    static func untilCancelled() async {
        while !isCancelled { try? await sleep(for: .seconds(3600)) }
    }
}
