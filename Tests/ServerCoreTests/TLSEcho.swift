import PlatformCore
import ServerCore
import TestSupport
import Testing

/// A TLS server that sends everything back, says `bye` to a client that has ended, and answers `burst` by many writes.
struct TLSEcho: Sendable {
    let certificate: TestCertificate
    let identity: TLSIdentity
    let port: UInt16
    private let seen: Seen

    /// Which loops have had a connection, in order.
    var loops: [Int] { seen.loops.withLock { $0 } }

    /// How the next connection that ends has ended.
    func nextEnd() async throws -> String {
        let ends = seen.ends
        return try await within(.seconds(20), "the end of a connection") { try await ends.next() }
    }

    fileprivate final class Seen: Sendable {
        let loops = Lock<[Int]>([])
        let ends = Mailbox<String>()
    }

    fileprivate init(_ certificate: TestCertificate, _ identity: TLSIdentity, _ port: UInt16, _ seen: Seen) {
        self.certificate = certificate
        self.identity = identity
        self.port = port
        self.seen = seen
    }

    fileprivate final class Session: ByteStreamDelegate {
        let stream: any ByteStream
        private let seen: Seen

        init(_ stream: StreamConnection, _ deadline: Duration?, _ seen: Seen) {
            self.stream = stream
            self.seen = seen
            seen.loops.withLock { $0.append(stream.loop.index) }
            stream.start(self)
            stream.setDeadline(after: deadline)
        }

        func received(_ bytes: UnsafeMutableRawBufferPointer) {
            if bytes.elementsEqual("burst".utf8) {
                for digit in 0..<100 { stream.write("\(digit % 10)") }
            } else {
                stream.write(UnsafeRawBufferPointer(bytes))
            }
        }

        func peerEnded() {
            stream.write("bye")
            stream.closeAfterFlush()
        }

        func closed(_ end: StreamEnd) {
            if case .handshakeFailed(let reason) = end { seen.ends.push("handshake failed: \(reason)") }
        }
    }
}

/// Runs an echo server under TLS for the time of `body`, which gets what a probe needs to trust it.
func withEcho(
    loops: Int = 1,
    deadline: Duration? = nil,
    _ body: (TLSEcho, TLSProbe.Settings) async throws -> Void
) async throws {
    let certificate = try TestCertificate()
    let identity = try TLSIdentity(TLSFiles(certificate))
    let group = try EventLoopGroup(count: loops, name: "echo")
    let listener = try Listener(#require(SocketAddress("127.0.0.1:0")), loops: group.loops, tls: identity)
    let seen = TLSEcho.Seen()
    listener.start { _ = TLSEcho.Session($0, deadline, seen) }
    let echo = TLSEcho(certificate, identity, listener.address.port, seen)
    do {
        try await body(echo, TLSProbe.Settings(authority: certificate.certificate))
    } catch {
        await group.shutdown()
        throw error
    }
    await group.shutdown()
}
