import COpenSSL
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A blocking TLS client that knows nothing of the code under test; each call fails after a minute.
public final class TLSProbe: Sendable {
    /// Something that OpenSSL says.
    public struct Failure: Error, CustomStringConvertible {
        /// In OpenSSL's words.
        public let description: String
    }

    /// What the handshake has led to.
    public struct Agreement: Sendable, Equatable {
        /// `TLSv1.3`.
        public let version: String
        /// The protocol above, by ALPN; empty without.
        public let alpn: String
        /// Whether an earlier session goes on.
        public let isResumed: Bool
        /// The serial number of the server's certificate.
        public let serial: String
    }

    /// How it shakes hands.
    public struct Settings: Sendable {
        /// The file of the certificates to trust.
        public var authority: String
        /// The newest version to offer: 2 for TLS 1.2.
        public var newest = 3
        /// The oldest version to offer.
        public var oldest = 0
        /// What to offer by ALPN.
        public var alpn: [String] = ["http/1.1"]
        /// A probe whose session is to go on.
        public var resumed: TLSProbe?

        /// A client of TLS 1.3 with ALPN.
        public init(authority: String) { self.authority = authority }
    }

    private let thread = ThreadPool(name: "tls-probe")
    private let line: Line

    /// Connects to a port of 127.0.0.1 and shakes hands.
    public init(port: UInt16, _ settings: Settings) async throws {
        line = try await thread.run { try Line(port, settings) }
    }

    /// What the handshake has led to.
    public func agreement() async -> Agreement {
        await thread.run { [line] in
            var (name, count): (UnsafePointer<UInt8>?, UInt32) = (nil, 0)
            SSL_get0_alpn_selected(line.session, &name, &count)
            let alpn = String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
            let certificate = SSL_get1_peer_certificate(line.session)
            defer { X509_free(certificate) }
            let number = ASN1_INTEGER_get(X509_get0_serialNumber(certificate))
            return Agreement(
                version: String(cString: SSL_get_version(line.session)),
                alpn: alpn,
                isResumed: SSL_session_reused(line.session) == 1,
                serial: String(number)
            )
        }
    }

    /// Sends bytes.
    public func send(_ bytes: [UInt8]) async throws {
        try await thread.run { [line] in
            var count = 0
            guard SSL_write_ex(line.session, bytes, bytes.count, &count) == 1 else { throw Self.failure("send") }
        }
    }

    /// Ends our direction of the session.
    public func endWriting() async { await thread.run { [line] in _ = SSL_shutdown(line.session) } }

    /// Ends our direction without a goodbye, and has the connection break with a reset when the probe goes.
    ///
    /// Whoever writes to it then gets EPIPE, and SIGPIPE with it, rather than ECONNRESET.
    public func resetAtEnd() async {
        await thread.run { [line] in
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(line.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            shutdown(line.descriptor, Int32(SHUT_WR))
        }
    }

    /// Receives what one record holds; empty at the peer's end.
    public func receive() async throws -> [UInt8] {
        try await thread.run { [line] in
            var bytes = [UInt8](repeating: 0, count: 64 << 10)
            var count = 0
            if SSL_read_ex(line.session, &bytes, bytes.count, &count) == 1 { return Array(bytes[..<count]) }
            guard SSL_get_error(line.session, 0) == SSL_ERROR_ZERO_RETURN else { throw Self.failure("receive") }
            return []
        }
    }

    /// The connection, touched on the probe's thread.
    private final class Line: @unchecked Sendable {
        // Proof of Sendable: only the closures given to one thread touch it, and `deinit` when nobody else has it.
        let descriptor: Int32
        let context: OpaquePointer
        let session: OpaquePointer

        init(_ port: UInt16, _ settings: Settings) throws {
            guard let context = SSL_CTX_new(TLS_client_method()), let session = TLSProbe.session(context, settings)
            else { throw TLSProbe.failure("set up") }
            (self.context, self.session) = (context, session)
            descriptor = try LoopbackSocket.connect(to: port)
            SSL_set_fd(session, descriptor)
            ERR_clear_error()
            guard SSL_connect(session) == 1 else { throw TLSProbe.failure("shake hands") }
        }

        deinit {
            SSL_free(session)
            SSL_CTX_free(context)
            close(descriptor)
        }
    }

    private static func session(_ context: OpaquePointer, _ settings: Settings) -> OpaquePointer? {
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, 0x301 + settings.oldest, nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, 0x301 + settings.newest, nil)
        if settings.newest < 2 { SSL_CTX_set_security_level(context, 0) }
        SSL_CTX_load_verify_locations(context, settings.authority, nil)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        let names = settings.alpn.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        if !names.isEmpty { SSL_CTX_set_alpn_protos(context, names, UInt32(names.count)) }
        let session = SSL_new(context)
        if let former = settings.resumed.flatMap({ SSL_get1_session($0.line.session) }) {
            SSL_set_session(session, former)
            SSL_SESSION_free(former)
        }
        return session
    }

    private static func failure(_ attempt: String) -> Failure {
        let code = ERR_get_error()
        ERR_clear_error()
        let reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "the connection ended"
        return Failure(description: "\(attempt): \(reason)")
    }
}
