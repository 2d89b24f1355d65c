import COpenSSL

/// Hashes, keyed hashes and random bytes, all by OpenSSL.
package enum Digest {
    /// SHA-1, for RFC 6455's handshake only.
    package static func sha1(_ bytes: Span<UInt8>) -> InlineArray<20, UInt8> {
        var output = InlineArray<20, UInt8>(repeating: 0)
        var mutable = output.mutableSpan
        hash(bytes, algorithms.sha1, into: &mutable)
        return output
    }

    /// SHA-256.
    package static func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        var mutable = output.mutableSpan
        hash(Array(bytes).span, algorithms.sha256, into: &mutable)
        return output
    }

    /// HMAC-SHA256 (RFC 2104).
    package static func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        // An empty key is legal, but OpenSSL reads a null pointer as "the key of before".
        let keyBytes = key.isEmpty ? [0] : key
        let result = HMAC(EVP_sha256(), keyBytes, Int32(key.count), message, message.count, &output, &length)
        precondition(result != nil && length == 32, "OpenSSL could not compute HMAC-SHA256")
        return output
    }

    /// HKDF-SHA256 (RFC 5869) with an empty salt: a key of 32 bytes for one purpose, from a secret of any length.
    package static func deriveKey(from secret: [UInt8], purpose: String) -> [UInt8] {
        // RFC 5869 2.2: no salt is a salt of zeros, and to HMAC that is the empty key.
        let pseudoRandomKey = hmacSHA256(key: [], secret)
        return hmacSHA256(key: pseudoRandomKey, Array(purpose.utf8) + [1])  // RFC 5869 2.3, one block
    }

    /// Whether two byte strings are equal, in a time that depends on their lengths only.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }

    /// Unguessable bytes.
    package static func randomBytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let result = RAND_bytes(&bytes, Int32(count))
        precondition(result == 1, "the system's random generator failed")
        return bytes
    }

    /// Looked up once: OpenSSL would do so for each hash, under a lock.
    private struct Algorithms: @unchecked Sendable {
        let sha1 = EVP_MD_fetch(nil, "SHA1", nil)
        let sha256 = EVP_MD_fetch(nil, "SHA256", nil)
        // Proof of Sendable: OpenSSL never changes what it has handed out.
    }

    private static let algorithms = Algorithms()

    private static func hash(_ bytes: Span<UInt8>, _ algorithm: OpaquePointer?, into output: inout MutableSpan<UInt8>) {
        var length: UInt32 = 0
        let result = bytes.withUnsafeBytes { bytes in
            output.withUnsafeMutableBufferPointer {
                EVP_Digest(bytes.baseAddress, bytes.count, $0.baseAddress, &length, algorithm, nil)
            }
        }
        precondition(result == 1 && length == output.count, "OpenSSL could not compute a digest")
    }
}
