package import PlatformCore

/// Reads who a request comes from out of `Authorization: Bearer <JWT>` (RFC 6750 2.1), signed with HS256.
///
/// `sub` is the user's id, `exp` is required, `nbf` is honoured, both without leeway; `iss` and `aud` are checked where
/// they are configured. A token anywhere else, in a query above all, is not looked at.
public struct JWTAuthenticator: Authenticator {
    /// The shortest secret taken, in bytes: as long as the hash (RFC 7518 3.2).
    public static let minimumSecretLength = 32

    private let secret: [UInt8]
    private let issuer: String?
    private let audience: String?
    private let clock: WallClock

    /// Makes an authenticator.
    /// - Parameters:
    ///   - secret: what the signer of the tokens shares with this API, at least 32 bytes.
    ///   - issuer: what `iss` must be; nil takes any and none.
    ///   - audience: what `aud` must be or contain; nil takes any and none.
    /// - Throws: `ChatError.Code.configuration` for a secret that is too short.
    public init(secret: [UInt8], issuer: String? = nil, audience: String? = nil) throws(ChatError) {
        try self.init(secret: secret, issuer: issuer, audience: audience, clock: .system)
    }

    package init(
        secret: [UInt8],
        issuer: String? = nil,
        audience: String? = nil,
        clock: WallClock
    ) throws(ChatError) {
        guard secret.count >= Self.minimumSecretLength else {
            throw ChatError(
                .configuration,
                attempted: "check tokens",
                cause: "the secret has \(secret.count) bytes; HS256 needs at least \(Self.minimumSecretLength)"
            )
        }
        self.secret = secret
        self.issuer = issuer
        self.audience = audience
        self.clock = clock
    }

    /// The `sub` of the request's token.
    public func uid(of request: ChatRequest) async throws -> String {
        try uid(ofToken: try bearerToken(request.values(of: "authorization")))
    }

    /// Makes a token that this authenticator takes.
    /// - Parameters:
    ///   - uid: the user's id.
    ///   - lifetime: how long it is good.
    /// - Returns: the token in its compact form.
    public func makeToken(uid: String, lifetime: Duration) -> String {
        JSONWebToken(
            subject: uid,
            expiresAt: clock.now() / 1000 + lifetime.components.seconds,
            issuer: issuer,
            audience: audience.map { [$0] } ?? []
        ).signed(with: secret)
    }

    /// Whether a text can be a user's id: the gateway takes neither an empty one nor "0".
    package static func isUID(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && text != "0" && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    private func bearerToken(_ fields: [String]) throws(AuthenticationFailure) -> String {
        guard let field = fields.first else { throw .missing }
        let parts = field.split(separator: " ", omittingEmptySubsequences: true)
        // RFC 9110 11.1: the scheme's name comes in any case.
        guard fields.count == 1, parts.count == 2, parts[0].lowercased() == "bearer" else { throw .noBearer }
        return String(parts[1])
    }

    private func uid(ofToken text: String) throws(AuthenticationFailure) -> String {
        let token: JSONWebToken
        do {
            token = try JSONWebToken(verifying: text, secret: secret, now: clock.now() / 1000)
        } catch .expired {
            throw .expired
        } catch .notYetValid {
            throw .notYetValid
        } catch {
            throw .invalid
        }
        guard issuer == nil || token.issuer == issuer else { throw .foreign }
        guard audience.map(token.audience.contains) ?? true else { throw .foreign }
        guard Self.isUID(token.subject) else { throw .invalid }
        return token.subject
    }
}

extension AuthenticationFailure {
    fileprivate static let missing = Self(
        code: "token_missing",
        message: "Sign in first: this needs a bearer token.",
        isTokenInvalid: false
    )
    fileprivate static let noBearer = Self(
        code: "token_missing",
        message: "The Authorization header must be one bearer token.",
        isTokenInvalid: false
    )
    fileprivate static let invalid = Self(code: "token_invalid", message: "The token is not valid.")
    fileprivate static let expired = Self(code: "token_expired", message: "The token has expired.")
    fileprivate static let notYetValid = Self(code: "token_not_yet_valid", message: "The token is not valid yet.")
    fileprivate static let foreign = Self(code: "token_foreign", message: "The token is meant for another service.")
}
