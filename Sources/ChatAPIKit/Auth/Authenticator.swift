/// Who tells the API which user a request comes from.
///
/// `JWTAuthenticator` reads bearer tokens; a site that embeds the API can look at its own session instead.
public protocol Authenticator: Sendable {
    /// The id of the user who sends this request: not empty, not "0", at most 128 bytes.
    ///
    /// Throws `AuthenticationFailure` when nobody is signed in (401); any other error is broken machinery (500).
    func uid(of request: ChatRequest) async throws -> String
}

/// Why a request counts as nobody's: the answer is 401 with this code and message.
public struct AuthenticationFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// A name for programs, such as `token_expired`.
    public var code: String
    /// A sentence for people; never holds what was sent.
    public var message: String
    /// Whether a token was sent at all (RFC 6750 3.1: only then is it called invalid).
    public var isTokenInvalid: Bool

    /// Makes a failure.
    /// - Parameters:
    ///   - code: a name for programs.
    ///   - message: a sentence for people, in US-ASCII without quotes, since it also goes into a header.
    ///   - isTokenInvalid: whether a token was sent.
    public init(code: String, message: String, isTokenInvalid: Bool = true) {
        self.code = code
        self.message = message
        self.isTokenInvalid = isTokenInvalid
    }

    /// For logs.
    public var description: String { "\(code): \(message)" }
}
