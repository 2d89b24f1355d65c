import ServerCore

extension JSONWebToken {
    /// The longest token looked at, in bytes.
    package static let maximumLength = 8_192

    /// Why a token is not believed.
    package enum Refusal: Error, Sendable, Equatable {
        /// Not three parts of base64url with JSON in them, or claims of a wrong type or missing.
        case malformed
        /// Another algorithm than HS256, or an extension that must be understood.
        case algorithm
        /// Not signed with our secret.
        case signature
        /// `exp` has come.
        case expired
        /// `nbf` has not come.
        case notYetValid
    }

    /// Reads a token in its compact form and checks its signature, `exp` and `nbf`, without leeway.
    ///
    /// The signature is compared in constant time, and before any claim is read.
    /// - Parameters:
    ///   - text: the token as it was sent.
    ///   - secret: the key.
    ///   - now: seconds since 1970.
    /// - Throws: why the token is not believed.
    package init(verifying text: String, secret: [UInt8], now: Int64) throws(Refusal) {
        guard text.utf8.count <= Self.maximumLength else { throw .malformed }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let sent = Base64.decodeURL(String(parts[2])), let header = Self.object(parts[0]) else {
            throw .malformed
        }
        // RFC 8725 3.1: the algorithm is ours to name; RFC 7515 4.1.11: what is critical must be understood.
        guard header["alg"]?.text == "HS256", header["crit"] == nil else { throw .algorithm }
        let expected = Self.signature(of: text[..<parts[1].endIndex], secret)
        guard Digest.areEqual(sent, expected) else { throw .signature }
        guard let claims = Self.object(parts[1]) else { throw .malformed }
        try self.init(claims: claims)
        guard now < expiresAt else { throw .expired }
        guard now >= notBefore ?? .min else { throw .notYetValid }
    }

    private init(claims: JSON) throws(Refusal) {
        guard let subject = claims["sub"]?.text, let expiresAt = try Self.seconds(claims["exp"]) else {
            throw .malformed
        }
        let issuer = claims["iss"]
        guard issuer == nil || issuer?.text != nil else { throw .malformed }
        self.init(
            subject: subject,
            expiresAt: expiresAt,
            issuer: issuer?.text,
            audience: try Self.audience(claims["aud"]),
            notBefore: try Self.seconds(claims["nbf"])
        )
    }

    private static func object(_ part: Substring) -> JSON? {
        guard let bytes = Base64.decodeURL(String(part)),
            let json = try? JSON(parsing: bytes, maximumBytes: maximumLength), case .object = json
        else { return nil }
        return json
    }

    /// A NumericDate (RFC 7519 2), which may have a fraction.
    private static func seconds(_ value: JSON?) throws(Refusal) -> Int64? {
        switch value {
        case nil: return nil
        case .integer(let seconds): return seconds
        case .number(let seconds) where abs(seconds) < 0x1p53: return Int64(seconds.rounded(.down))
        default: throw .malformed
        }
    }

    /// One audience or several (RFC 7519 4.1.3).
    private static func audience(_ value: JSON?) throws(Refusal) -> [String] {
        switch value {
        case nil: return []
        case .string(let name): return [name]
        case .array(let names):
            let texts = names.compactMap(\.text)
            guard texts.count == names.count else { throw .malformed }
            return texts
        default: throw .malformed
        }
    }
}
