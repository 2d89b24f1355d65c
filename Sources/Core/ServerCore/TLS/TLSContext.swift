import COpenSSL
package import PlatformCore

/// What the TLS connections of one side have in common: protocol versions, a certificate, the keys of session tickets.
///
/// TLS 1.2 and 1.3, with ALPN for HTTP/1.1 (RFC 7301). Sessions are resumed by tickets only (RFC 8446 4.6.1): nothing is
/// kept here, and since all loops of a server share one context, a ticket is good on each of them.
package final class TLSContext: @unchecked Sendable {
    // Proof of Sendable: the context is set up before `init` returns, and not changed after it; OpenSSL guards what it
    // counts in it.

    let context: OpaquePointer
    /// The name that the other side has to prove; nil at a server, whose clients need none.
    let serverName: String?

    /// A server's side.
    ///
    /// - Throws: what is wrong with which file.
    package init(serving files: TLSFiles) throws(SystemError) {
        context = try Self.make(TLS_server_method())
        serverName = nil
        try Self.load(files, into: context)
        hawk_ssl_ctx_keep_no_sessions(context)
        SSL_CTX_set_num_tickets(context, 1)
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, output, outputCount, offered, offeredCount, _ in
                TLSContext.choose(output, outputCount, UnsafeBufferPointer(start: offered, count: Int(offeredCount)))
            },
            nil
        )
    }

    /// A client's side.
    ///
    /// - Parameters:
    ///   - authority: a file of certificates that a server's has to come from.
    ///   - serverName: the name that it has to be for.
    /// - Throws: when the file cannot be used.
    package init(trusting authority: String, serverName: String) throws(SystemError) {
        context = try Self.make(TLS_client_method())
        self.serverName = serverName
        ERR_clear_error()
        guard SSL_CTX_load_verify_locations(context, authority, nil) == 1 else {
            throw Self.error("trust the certificates in \(authority)", OpenSSLErrors.take())
        }
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        SSL_CTX_set_alpn_protos(context, Self.http, UInt32(Self.http.count))
    }

    deinit { SSL_CTX_free(context) }

    /// RFC 7301 3.1: names, each behind its length.
    private static let http = [8] + Array("http/1.1".utf8)

    private static func make(_ method: OpaquePointer?) throws(SystemError) -> OpaquePointer {
        ERR_clear_error()
        guard let context = SSL_CTX_new(method), hawk_ssl_ctx_set_min_version(context, TLS1_2_VERSION) == 1,
            // TLS 1.2's with forward secrecy and authenticated encryption; those of TLS 1.3 all have both.
            SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1
        else { throw error("set up TLS", OpenSSLErrors.take()) }
        hawk_ssl_ctx_release_buffers(context)
        hawk_ssl_ctx_forbid_renegotiation(context)
        return context
    }

    /// RFC 7301 3.2: a client that offers names, but not ours, is refused.
    private static func choose(
        _ output: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
        _ outputCount: UnsafeMutablePointer<UInt8>?,
        _ offered: UnsafeBufferPointer<UInt8>
    ) -> Int32 {
        var rest = offered[...]
        while let count = rest.popFirst(), rest.count >= count {
            let name = rest.prefix(Int(count))
            rest = rest.dropFirst(Int(count))
            guard name.elementsEqual(http.dropFirst()) else { continue }
            output?.pointee = UnsafeBufferPointer(rebasing: name).baseAddress
            outputCount?.pointee = count
            return SSL_TLSEXT_ERR_OK
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }

    private static func load(_ files: TLSFiles, into context: OpaquePointer) throws(SystemError) {
        _ = try Files.read(files.certificate)  // says in the system's words why a file cannot be read
        _ = try Files.read(files.key)
        ERR_clear_error()
        guard SSL_CTX_use_certificate_chain_file(context, files.certificate) == 1 else {
            throw error("use the certificate in \(files.certificate)", OpenSSLErrors.take())
        }
        let attempt = "use the key in \(files.key) with the certificate in \(files.certificate)"
        var needsPhrase = false
        // Without this OpenSSL would ask for a pass phrase at the terminal.
        SSL_CTX_set_default_passwd_cb(context) { _, _, _, needsPhrase in
            needsPhrase?.assumingMemoryBound(to: Bool.self).pointee = true
            return -1
        }
        let isTaken = withUnsafeMutablePointer(to: &needsPhrase) { needsPhrase in
            SSL_CTX_set_default_passwd_cb_userdata(context, needsPhrase)
            defer { SSL_CTX_set_default_passwd_cb_userdata(context, nil) }
            return SSL_CTX_use_PrivateKey_file(context, files.key, SSL_FILETYPE_PEM) == 1
        }
        guard isTaken else {
            let reason = OpenSSLErrors.take()
            throw error(attempt, needsPhrase ? "it has a pass phrase" : reason)
        }
        // A key of another kind than the certificate's is not noticed until here.
        guard SSL_CTX_check_private_key(context) == 1 else { throw error(attempt, OpenSSLErrors.take()) }
    }

    private static func error(_ attempt: String, _ reason: String) -> SystemError {
        SystemError("\(attempt) (\(reason))", code: SystemError.invalidArgument)
    }
}
