import GatewayKit
import TestSupport
import Testing

/// A program that embeds a gateway and leaves every signal as the system has it.
@Suite struct DefaultSignalsTests {
    private static let handshake =
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

    @Test func `sockets that reset in mid-write under TLS do not end the program`() async throws {
        let certificate = try TestCertificate()
        let directory = TemporaryDirectory()
        let embedder = try ChildProcess(
            Programs.path("hawk-embedder"),
            ["gateway", certificate.certificate, certificate.key],
            output: directory.file("output")
        )
        try await embedder.writes("/\n", within: .seconds(60))
        let url = embedder.text().prefix { $0 != "\n" }
        let port = try #require(UInt16(url.dropFirst("wss://127.0.0.1:".count).dropLast()))
        for _ in 0..<10 {
            let probe = try await TLSProbe(port: port, .init(authority: certificate.certificate))
            try await probe.send(Array(Self.handshake.utf8))
            _ = try await probe.receive()
            try await probe.send([0x81, 0x85, 0, 0, 0, 0] + Array("later".utf8))
            await probe.resetAtEnd()
        }
        let socket = try await WebSocketClient.connect(String(url), trusting: certificate.certificate)
        socket.send("still here?")
        #expect(try await socket.nextText() == "still here?")
        #expect(embedder.hasExited() == nil)
    }

    @Test func `a program that nobody protects dies of it`() async throws {
        let directory = TemporaryDirectory()
        let program = try ChildProcess(Programs.path("hawk-embedder"), ["pipe"], output: directory.file("output"))
        #expect(try await program.ended() == .signal(13))  // SIGPIPE
    }
}
