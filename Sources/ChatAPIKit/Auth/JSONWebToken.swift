import ServerCore

/// A JSON Web Token (RFC 7519) signed with HMAC-SHA256: who is signed in, and until when.
///
/// ```swift
/// let token = JSONWebToken(subject: "7", expiresAt: now + 3600).signed(with: key)
/// ```
/// The only algorithm is `HS256` (RFC 7518 3.2); a token that names another one, or `none`, is refused before anything
/// else of it is believed.
public struct JSONWebToken: Sendable, Equatable {
    /// `sub`: the user's id.
    public var subject: String
    /// `exp`: the second since 1970 from which on the token is no longer good.
    public var expiresAt: Int64
    /// `iss`: who made it.
    public var issuer: String?
    /// `aud`: whom it is meant for.
    public var audience: [String]
    /// `nbf`: the second since 1970 before which it is not yet good.
    public var notBefore: Int64?

    /// What a token says.
    /// - Parameters:
    ///   - subject: the user's id.
    ///   - expiresAt: the second since 1970 from which on it is no longer good.
    ///   - issuer: who makes it, for an API that checks it.
    ///   - audience: whom it is meant for, for an API that checks it.
    ///   - notBefore: the second since 1970 before which it is not yet good.
    public init(
        subject: String,
        expiresAt: Int64,
        issuer: String? = nil,
        audience: [String] = [],
        notBefore: Int64? = nil
    ) {
        self.subject = subject
        self.expiresAt = expiresAt
        self.issuer = issuer
        self.audience = audience
        self.notBefore = notBefore
    }

    /// The token in its compact form (RFC 7515 3.1).
    /// - Parameter secret: the key; an API takes none under 32 bytes.
    /// - Returns: three parts of base64url, joined by dots.
    public func signed(with secret: [UInt8]) -> String {
        let header: JSON = ["alg": "HS256", "typ": "JWT"]
        var claims = [JSON.Member(name: "sub", value: .string(subject))]
        if let issuer { claims.append(.init(name: "iss", value: .string(issuer))) }
        if audience.count == 1 {
            claims.append(.init(name: "aud", value: .string(audience[0])))
        } else if !audience.isEmpty {
            claims.append(.init(name: "aud", value: .array(audience.map { .string($0) })))
        }
        if let notBefore { claims.append(.init(name: "nbf", value: .integer(notBefore))) }
        claims.append(.init(name: "exp", value: .integer(expiresAt)))
        let signed = "\(Base64.encodeURL(header.bytes)).\(Base64.encodeURL(JSON.object(claims).bytes))"
        return "\(signed).\(Base64.encodeURL(Self.signature(of: signed[...], secret)))"
    }

    static func signature(of text: Substring, _ secret: [UInt8]) -> [UInt8] {
        Digest.hmacSHA256(key: secret, Array(text.utf8))
    }
}
