import COpenSSL

/// One connection's TLS: turns what is received into bytes for the owner, and what is written into bytes for the socket.
///
/// It knows no socket. What is to be sent after a call lies in `buffers.output`, and whoever called sends it. Costs about
/// 10 KiB while idle, all of it OpenSSL's.
final class TLSSession {
    /// What received bytes came to: some for the owner, and perhaps an end.
    struct Opened {
        var count = 0
        /// The peer has said that it sends no more (close_notify).
        var hasEnded = false
        /// Why nothing more can be read.
        var failure: String?
    }

    let buffers: CipherBuffers
    /// What was written before the handshake was done.
    var early = ByteQueue()
    /// Whether we have said that we send no more.
    private(set) var hasSaidGoodbye = false

    private let session: OpaquePointer

    /// A session that has not begun.
    init(_ context: TLSContext, _ buffers: CipherBuffers) {
        self.buffers = buffers
        guard let session = SSL_new(context.context), let bio = BIO_new(buffers.method) else {
            preconditionFailure("OpenSSL is out of memory")
        }
        self.session = session
        BIO_set_data(bio, Unmanaged.passUnretained(buffers).toOpaque())  // which this object keeps
        SSL_set_bio(session, bio, bio)
        if let name = context.serverName {
            SSL_set_connect_state(session)
            SSL_set1_host(session, name)
            _ = hawk_ssl_set_server_name(session, name)
        } else {
            SSL_set_accept_state(session)
        }
    }

    deinit { SSL_free(session) }

    /// Whether the handshake is done, so that bytes of the owner's can be sent.
    private(set) var isEstablished = false

    /// Begins the handshake: a client has the first word.
    func begin() {
        ERR_clear_error()
        SSL_do_handshake(session)
        ERR_clear_error()  // it waits for the peer's answer, which is no error
    }

    /// Takes received bytes, all of them, and puts the owner's into `target`, which has room for as many and a record more.
    func open(_ received: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Opened {
        buffers.unread = received
        var opened = Opened()
        ERR_clear_error()
        while true {
            var count = 0
            let room = target[opened.count...]
            let result = SSL_read_ex(
                session,
                UnsafeMutableRawBufferPointer(rebasing: room).baseAddress,
                room.count,
                &count
            )
            opened.count += count
            if result == 1 { continue }
            switch SSL_get_error(session, result) {
            case SSL_ERROR_WANT_READ: break
            case SSL_ERROR_ZERO_RETURN: opened.hasEnded = true
            default: opened.failure = OpenSSLErrors.take()
            }
            break
        }
        buffers.unread = UnsafeRawBufferPointer(start: nil, count: 0)
        isEstablished = isEstablished || SSL_is_init_finished(session) == 1
        return opened
    }

    /// Encrypts bytes of the owner's; false if the session is broken.
    func seal(_ bytes: UnsafeRawBufferPointer) -> Bool {
        ERR_clear_error()
        var count = 0
        let isSealed = SSL_write_ex(session, bytes.baseAddress, bytes.count, &count) == 1
        ERR_clear_error()
        return isSealed
    }

    /// Says that we send no more (RFC 8446 6.1).
    func sayGoodbye() {
        hasSaidGoodbye = true
        ERR_clear_error()
        SSL_shutdown(session)
        ERR_clear_error()
    }
}
