import GatewayKit
import TestSupport
import Testing

struct GatewayTLSTests {
    @Test(arguments: [1, 3])
    func `messages of every size come back under TLS`(loops: Int) async throws {
        let certificate = try TestCertificate()
        try await withGateway(.echo(loops: loops, tls: TLS(certificate))) { gateway, _ in
            for _ in 0..<min(loops, 2) {
                let socket = try await Self.connect(gateway, certificate)
                for count in [0, 1, 125, 126, 65535, 65536, 200_000] {
                    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 13) }
                    socket.send(binary: bytes)
                    #expect(try await socket.next() == .binary(bytes))
                }
                socket.close(4000)
                #expect(try await socket.next() == .close(4000, ""))
                #expect(try await socket.next() == .end)
            }
        }
    }

    @Test func `a gateway with TLS takes no plain socket, and tells what failed`() async throws {
        let certificate = try TestCertificate()
        let events = Mailbox<GatewayEvent>()
        var configuration = Gateway.Configuration(listen: "127.0.0.1:0", tls: TLS(certificate))
        configuration.onEvent = { if case .tlsFailed = $0 { events.push($0) } }
        try await withGateway(Gateway(configuration)) { _, url in
            await #expect(throws: (any Error).self) { _ = try await WebSocketClient.connect(url) }
            let event = try await within(.seconds(20), "the event") { try await events.next() }
            guard case .tlsFailed(_, "http request") = event else {
                Issue.record("another event: \(event)")
                return
            }
        }
    }

    @Test func `a new certificate is for new sockets, and a bad one changes nothing`() async throws {
        let certificate = try TestCertificate()
        try await withGateway(.echo(tls: TLS(certificate))) { gateway, _ in
            let old = try await Self.connect(gateway, certificate)
            try certificate.renew()
            // Until it is read again the old one is shown, which is not trusted any more.
            await #expect(throws: (any Error).self) { _ = try await Self.connect(gateway, certificate) }
            try gateway.reloadTLS()
            try certificate.spoilKey()
            await expectError(.invalidConfiguration) { try gateway.reloadTLS() }
            for socket in [old, try await Self.connect(gateway, certificate)] {
                socket.send("still here")
                #expect(try await socket.nextText() == "still here")
            }
        }
    }

    @Test func `a reload says why there is nothing to reload`() async throws {
        let gateway = Gateway(.init(listen: "127.0.0.1:0"))
        await expectError(.stopped) { try gateway.reloadTLS() }
        try await withGateway(gateway) { gateway, _ in
            await expectError(.invalidConfiguration) { try gateway.reloadTLS() }
        }
        await expectError(.invalidConfiguration) {
            try await Gateway(.init(listen: "127.0.0.1:0", tls: TLS(certificate: "/no/c", key: "/no/k"))).run()
        }
    }

    private static func connect(_ gateway: Gateway, _ certificate: TestCertificate) async throws -> WebSocketClient {
        let url = try await "wss://\(gateway.listeningAddress())/"
        return try await WebSocketClient.connect(url, trusting: certificate.certificate)
    }
}

extension TLS {
    /// A test's certificate.
    init(_ certificate: TestCertificate) {
        self.init(certificate: certificate.certificate, key: certificate.key)
    }
}
