/// The certificate that a gateway shows to browsers, and its key: what makes `wss://` of `ws://`.
///
/// TLS 1.2 and 1.3 by OpenSSL, with ALPN for HTTP/1.1. A key on the curve P-256 is advised: a handshake costs about a
/// tenth of a millisecond with it, and a millisecond with RSA-2048. A socket costs 10 KiB more than a plain one.
public struct TLS: Sendable, Hashable {
    /// The path of the certificate in PEM form, followed in the same file by those that lead to a known authority.
    public var certificate: String
    /// The path of its key in PEM form, without a pass phrase.
    public var key: String

    /// The paths; the files are read by `run()` and `reloadTLS()`.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
