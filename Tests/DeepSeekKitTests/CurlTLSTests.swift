import DeepSeekKit
import PlatformCore
import ServerCore
import TestSupport
import Testing

/// The real transport over TLS, IPv6, and to names.
@Suite struct CurlTLSTests {
    /// Runs `body` with the address of a server that answers every question with one word.
    private static func withServer(
        listen: String,
        tls: TLSFiles? = nil,
        _ body: @escaping @Sendable (_ address: String) async throws -> Void
    ) async throws {
        var configuration = HTTPServer.Configuration(listen: listen)
        configuration.tls = tls
        configuration.drainTimeout = .milliseconds(500)
        let server = HTTPServer(configuration) { request in
            let text = [Chunk.content("from \(request.peer.description.hasPrefix("[") ? "IPv6" : "IPv4")"), Chunk.done]
            return HTTPResponse(
                status: 200,
                headers: ["Content-Type": "text/event-stream"],
                body: .bytes(text.flatMap { Array("data: \($0)\n\n".utf8) })
            )
        }
        try server.bind()
        let address = try #require(server.addresses.first)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            try await within(.seconds(60), "the test's body") { try await body(address) }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private static func events(
        _ url: String,
        authority: String? = nil
    ) async -> ([ChatCompletionEvent], DeepSeekError?) {
        let client = DeepSeekClient(
            apiKey: "k",
            configuration: .init(baseURL: url, retry: .init(limit: 0)),
            transport: CurlTransport(certificateAuthorityFile: authority)
        )
        return await client.events()
    }

    @Test func `a server's private authority can be trusted, and is not by itself`() async throws {
        let certificate = try TestCertificate()
        let files = TLSFiles(certificate: certificate.certificate, key: certificate.key)
        try await Self.withServer(listen: "127.0.0.1:0", tls: files) { address in
            let (events, error) = await Self.events("https://\(address)", authority: certificate.certificate)
            #expect(error == nil)
            #expect(events == [.content("from IPv4"), .finish(.stop)])
            #expect(await Self.events("https://\(address)").1?.code == .untrusted)
            let other = try TestCertificate()
            #expect(await Self.events("https://\(address)", authority: other.certificate).1?.code == .untrusted)
        }
    }

    @Test func `a certificate of another name is not trusted`() async throws {
        let certificate = try TestCertificate()
        let files = TLSFiles(certificate: certificate.certificate, key: certificate.key)
        try await Self.withServer(listen: "127.0.0.2:0", tls: files) { address in
            #expect(
                await Self.events("https://\(address)", authority: certificate.certificate).1?.code == .untrusted
            )
        }
    }

    @Test func `IPv6 and names are connected to`() async throws {
        try await Self.withServer(listen: "[::1]:0") { address in
            let (events, error) = await Self.events("http://\(address)")
            #expect(error == nil)
            #expect(events.first == .content("from IPv6"))
            let port = address.split(separator: ":").last ?? ""
            // localhost may be either: the one that answers is found.
            #expect(await Self.events("http://localhost:\(port)").1 == nil)
        }
    }
}
