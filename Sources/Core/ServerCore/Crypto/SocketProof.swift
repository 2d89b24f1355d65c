/// What shows that a `client_id` came from the socket's own owner: made by the gateway in its first message, checked by
/// the chat API before it binds the socket to a signed-in user.
///
/// `<unix seconds>.<base64url HMAC-SHA256(K, "hawk-proof-v1" ‖ client_id ‖ seconds)>`, with K derived from the secret that
/// gateway and API share. Without it anyone who learns another's client_id could bind that socket to himself.
package struct SocketProof: Sendable {
    /// How long a proof is good, in seconds.
    package static let lifetime: Int64 = 120
    /// How far the clocks of gateway and API may be apart, in seconds.
    package static let clockSkew: Int64 = 30

    /// What became of a check.
    package enum Verdict: Sendable, Equatable {
        /// Made with our secret for this client_id, and recent.
        case valid
        /// Made with our secret for this client_id, but too long ago: the page opens a new socket.
        case expired
        /// Not made with our secret, or for another client_id, or not a proof at all.
        case forged
    }

    private let key: [UInt8]

    /// - Parameter secret: what gateway and API share (`HAWK_SECRET`).
    package init(secret: String) {
        key = Digest.deriveKey(from: Array(secret.utf8), purpose: "hawk-proof-v1")
    }

    /// The proof for a client_id at a time, in seconds since 1970.
    package func make(clientID: String, at seconds: Int64) -> String {
        "\(seconds).\(Base64.encodeURL(code(clientID, seconds)))"
    }

    /// Checks a proof that a browser sent.
    ///
    /// The comparison takes the same time wherever the difference is.
    package func verify(_ proof: String, clientID: String, at now: Int64) -> Verdict {
        let parts = proof.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard proof.utf8.count <= 128, parts.count == 2, let seconds = Int64(parts[0]), String(seconds) == parts[0],
            let sent = Base64.decodeURL(String(parts[1])), Digest.areEqual(sent, code(clientID, seconds))
        else { return .forged }
        guard seconds <= now + Self.clockSkew else { return .forged }
        return seconds >= now - Self.lifetime - Self.clockSkew ? .valid : .expired
    }

    private func code(_ clientID: String, _ seconds: Int64) -> [UInt8] {
        Digest.hmacSHA256(key: key, Array("hawk-proof-v1\(clientID)\(seconds)".utf8))
    }
}
