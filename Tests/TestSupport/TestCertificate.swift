import COpenSSL
import PlatformCore

/// A new certificate with its key in files of its own, signed by itself: a server's, and the authority to trust for it.
public final class TestCertificate: Sendable {
    /// The certificate's file.
    public let certificate: String
    /// The key's file.
    public let key: String

    private let directory = TemporaryDirectory()

    /// Makes a certificate for `localhost` and 127.0.0.1, with a key on P-256.
    ///
    /// - Parameter expiry: when it expires, in seconds from now.
    /// - Throws: when the files cannot be written.
    public init(expiry: Int = 86_400) throws {
        certificate = directory.file("certificate.pem")
        key = directory.file("key.pem")
        try write(expiry)
    }

    /// Puts another certificate and key in the place of these.
    public func renew() throws { try write(86_400) }

    /// Gives the key a pass phrase.
    public func encryptKey() throws {
        guard let file = BIO_new_file(key, "r") else { throw SystemError("read \(key)") }
        defer { BIO_free(file) }
        let pair = PEM_read_bio_PrivateKey(file, nil, nil, nil)
        defer { EVP_PKEY_free(pair) }
        let phrase = Array("secret".utf8)
        try save(key) { PEM_write_bio_PrivateKey($0, pair, EVP_aes_128_cbc(), phrase, Int32(phrase.count), nil, nil) }
    }

    /// Puts in the key's place what is none.
    public func spoilKey() throws { try save(key) { BIO_write($0, "no key", 6) == 6 ? 1 : 0 } }

    private func write(_ expiry: Int) throws {
        guard let pair = hawk_make_p256_key(), let x509 = X509_new() else { throw Failure(description: "no key") }
        defer {
            EVP_PKEY_free(pair)
            X509_free(x509)
        }
        X509_set_version(x509, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(x509), Int.random(in: 1...Int.max))
        X509_gmtime_adj(X509_getm_notBefore(x509), -172_800)
        X509_gmtime_adj(X509_getm_notAfter(x509), expiry)
        let name = X509_get_subject_name(x509)
        X509_NAME_add_entry_by_txt(name, "CN", 0x1000 | 1, "localhost", -1, -1, 0)  // MBSTRING_ASC
        X509_set_issuer_name(x509, name)
        X509_set_pubkey(x509, pair)
        if let names = X509V3_EXT_conf_nid(nil, nil, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1") {
            X509_add_ext(x509, names, -1)
            X509_EXTENSION_free(names)
        }
        guard X509_sign(x509, pair, EVP_sha256()) > 0 else { throw Failure(description: "not signed") }
        try save(certificate) { PEM_write_bio_X509($0, x509) }
        try save(key) { PEM_write_bio_PrivateKey($0, pair, nil, nil, 0, nil, nil) }
    }

    private func save(_ path: String, _ write: (OpaquePointer) -> Int32) throws {
        guard let file = BIO_new_file(path, "w") else { throw SystemError("write \(path)") }
        defer { BIO_free(file) }
        guard write(file) == 1 else { throw Failure(description: "not written: \(path)") }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
