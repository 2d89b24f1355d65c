import COpenSSL

/// Hashes, keyed hashes and random bytes, all by OpenSSL.
package enum Digest {
    /// SHA-1, for RFC 6455's handshake only.
    package static func sha1(_ bytes: some Sequence<UInt8>) -> [UInt8] { hash(Array(bytes), EVP_sha1()) }

    /// SHA-256.
    package static func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] { hash(Array(bytes), EVP_sha256()) }

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

    private static func hash(_ bytes: [UInt8], _ algorithm: OpaquePointer?) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 64)
        var length: UInt32 = 0
        let result = EVP_Digest(bytes, bytes.count, &output, &length, algorithm, nil)
        precondition(result == 1, "OpenSSL could not compute a digest")
        return Array(output[..<Int(length)])
    }
}
