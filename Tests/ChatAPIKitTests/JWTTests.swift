import ChatAPIKit
import ServerCore
import Testing

struct JWTTests {
    private static let secret = Array("0123456789abcdef0123456789abcdef".utf8)

    @Test func `a token made by another library is read`() throws {
        // RFC 7515 A.1's form, with PyJWT's spelling: {"alg":"HS256","typ":"JWT"}.{"sub":"7","exp":2000}
        let text = Self.token(
            #"{"alg":"HS256","typ":"JWT"}"#,
            #"{"sub":"7","exp":2000.9,"iss":"site","aud":["a","b"]}"#
        )
        let token = try JSONWebToken(verifying: text, secret: Self.secret, now: 1_999)
        #expect(token == JSONWebToken(subject: "7", expiresAt: 2_000, issuer: "site", audience: ["a", "b"]))
    }

    @Test func `the example of RFC 7515 A 1 verifies with its key`() throws {
        let key = try #require(
            Base64.decodeURL("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
        )
        let text =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
            + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
            + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        // Signed rightly, but it names no subject.
        #expect(throws: JSONWebToken.Refusal.malformed) { try JSONWebToken(verifying: text, secret: key, now: 0) }
        #expect(throws: JSONWebToken.Refusal.signature) { try JSONWebToken(verifying: text, secret: [1], now: 0) }
    }

    @Test func `what was signed is read back`() throws {
        let token = JSONWebToken(subject: "ü\"", expiresAt: 20, issuer: "i", audience: ["x"], notBefore: 10)
        let text = token.signed(with: Self.secret)
        #expect(try JSONWebToken(verifying: text, secret: Self.secret, now: 10) == token)
        #expect(try JSONWebToken(verifying: text, secret: Self.secret, now: 19) == token)
        #expect(throws: JSONWebToken.Refusal.notYetValid) {
            try JSONWebToken(verifying: text, secret: Self.secret, now: 9)
        }
        #expect(throws: JSONWebToken.Refusal.expired) {
            try JSONWebToken(verifying: text, secret: Self.secret, now: 20)
        }
    }

    @Test(arguments: ["none", "None", "HS512", "RS256", "hs256", ""])
    func `any algorithm but HS256 is refused, even when signed with our key`(algorithm: String) {
        let text = Self.token(#"{"alg":"\#(algorithm)"}"#, #"{"sub":"7","exp":2000}"#)
        #expect(throws: JSONWebToken.Refusal.algorithm) {
            try JSONWebToken(verifying: text, secret: Self.secret, now: 0)
        }
        let unsigned = text.prefix(through: text.lastIndex(of: ".") ?? text.startIndex)
        #expect(throws: JSONWebToken.Refusal.algorithm) {
            try JSONWebToken(verifying: String(unsigned), secret: Self.secret, now: 0)
        }
    }

    @Test(arguments: [
        #"{"alg":"HS256","crit":["b64"],"b64":false}"#, "{}", #"{"alg":["HS256"]}"#, #"{"alg":null}"#,
    ])
    func `a header we do not understand is refused`(header: String) {
        #expect(throws: JSONWebToken.Refusal.algorithm) {
            try JSONWebToken(
                verifying: Self.token(header, #"{"sub":"7","exp":2000}"#),
                secret: Self.secret,
                now: 0
            )
        }
    }

    @Test func `a changed character anywhere is refused`() {
        let text = JSONWebToken(subject: "7", expiresAt: 2_000).signed(with: Self.secret)
        for index in text.indices {
            var changed = text
            changed.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
            #expect(throws: JSONWebToken.Refusal.self) {
                try JSONWebToken(verifying: changed, secret: Self.secret, now: 0)
            }
        }
    }

    @Test(arguments: [
        "{}", #"{"sub":"7"}"#, #"{"exp":2000}"#, #"{"sub":7,"exp":2000}"#, #"{"sub":"7","exp":"2000"}"#,
        #"{"sub":"7","exp":1e300}"#, #"{"sub":"7","exp":true}"#, #"{"sub":"7","exp":2000,"nbf":"1"}"#,
        #"{"sub":"7","exp":2000,"iss":1}"#, #"{"sub":"7","exp":2000,"aud":[1]}"#, #"{"sub":"7","exp":2000,"aud":1}"#,
        "[]", "7", #"{"sub":"7","exp":2000"#,
    ])
    func `claims of a wrong type or missing are refused`(claims: String) {
        #expect(throws: JSONWebToken.Refusal.malformed) {
            try JSONWebToken(verifying: Self.token(#"{"alg":"HS256"}"#, claims), secret: Self.secret, now: 0)
        }
    }

    @Test(arguments: ["", ".", "..", "a.b", "a.b.c.d", "a.b.c", "e30.e30.", String(repeating: "a", count: 9_000)])
    func `what is no token is refused`(text: String) {
        #expect(throws: JSONWebToken.Refusal.self) {
            try JSONWebToken(verifying: text, secret: Self.secret, now: 0)
        }
    }

    /// A token of any header and claims, signed with our key.
    private static func token(_ header: String, _ claims: String) -> String {
        let signed = "\(Base64.encodeURL(Array(header.utf8))).\(Base64.encodeURL(Array(claims.utf8)))"
        return "\(signed).\(Base64.encodeURL(Digest.hmacSHA256(key: secret, Array(signed.utf8))))"
    }
}
