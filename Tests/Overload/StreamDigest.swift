import COpenSSL

/// The SHA-256 of bytes that come in parts.
final class StreamDigest {
    private let context = EVP_MD_CTX_new()

    init() {
        precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "OpenSSL could not begin a digest")
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes the next part.
    func update(_ bytes: [UInt8]) {
        precondition(EVP_DigestUpdate(context, bytes, bytes.count) == 1, "OpenSSL could not go on with a digest")
    }

    /// The digest; call it once.
    func hex() -> String {
        var output = [UInt8](repeating: 0, count: 32)
        precondition(EVP_DigestFinal_ex(context, &output, nil) == 1, "OpenSSL could not end a digest")
        return output.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
