import PlatformCore
import ServerCore
import TestSupport
import Testing

/// What a stream's bytes go over.
enum Wire: String, CaseIterable, CustomTestStringConvertible {
    case plain
    case tls

    var testDescription: String { rawValue }
}

/// Two ends of a connection, each with a loop of its own.
struct StreamPair {
    /// The one that was accepted.
    let server: Recorder
    /// The one that has connected.
    let client: Recorder

    private let groups: [EventLoopGroup]

    init(_ wire: Wire, poller: PollerKind = .platformDefault) async throws {
        groups = [try EventLoopGroup(poller: poller, name: "server"), try EventLoopGroup(name: "client")]
        let certificate = try TestCertificate()
        var (identity, context): (TLSIdentity?, TLSContext?)
        if wire == .tls {
            identity = try TLSIdentity(TLSFiles(certificate))
            context = try TLSContext(trusting: certificate.certificate, serverName: "localhost")
        }
        let listener = try Listener(#require(SocketAddress("127.0.0.1:0")), loops: groups[0].loops, tls: identity)
        let accepted = Mailbox<Recorder>()
        listener.start { accepted.push(Recorder($0)) }
        client = try await StreamConnection.connect(
            to: listener.address,
            on: groups[1].loops[0],
            timeout: .seconds(60),
            tls: context
        ) { Recorder($0) }
        server = try await within(.seconds(60), "accepted") { try await accepted.next() }
        await listener.stop()
    }

    /// Ends both loops.
    func shutdown() async {
        for group in groups { await group.shutdown() }
    }

    /// Ends the server's loop.
    func shutdownServer() async { await groups[0].shutdown() }
}

extension TLSFiles {
    init(_ certificate: TestCertificate) {
        self.init(certificate: certificate.certificate, key: certificate.key)
    }
}
