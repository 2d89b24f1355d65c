import DeepSeekKit
import PlatformCore
import ServerCore
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A program that embeds the client and leaves every signal as the system has it.
@Suite struct DefaultSignalsTests {
    @Test func `servers that reset in mid-write under TLS do not end the program`() async throws {
        let certificate = try TestCertificate()
        var configuration = HTTPServer.Configuration(listen: "127.0.0.1:0")
        configuration.tls = TLSFiles(certificate: certificate.certificate, key: certificate.key)
        configuration.limits.body = 64 << 20
        configuration.drainTimeout = .milliseconds(500)
        let server = HTTPServer(configuration) { _ in
            let events = [Chunk.content("because"), Chunk.done].map { "data: \($0)\n\n" }.joined()
            return HTTPResponse(
                status: 200,
                headers: ["Content-Type": "text/event-stream"],
                body: .bytes(Array(events.utf8))
            )
        }
        try server.bind()
        let port = try #require(server.addresses.first.flatMap { UInt16($0.split(separator: ":").last ?? "") })
        let cutter = try RawServer { $0.relay(to: port, resetAfter: 100_000) }
        let directory = TemporaryDirectory()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let program = try ChildProcess(
                Programs.path("hawk-embedder"),
                ["deepseek", "https://127.0.0.1:\(cutter.port)", certificate.certificate],
                output: directory.file("output")
            )
            let exit = try await program.ended(within: .seconds(60))
            #expect(exit == .code(0), "\(program.text())")
            let lines = program.text().split(separator: "\n")
            #expect(lines.count { $0.hasPrefix("cut: ") } == 20)
            #expect(lines.last == "answer: because")
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}

extension RawServer.Connection {
    /// Passes everything on to another port and back; breaks with a reset once the peer has sent so many bytes.
    fileprivate func relay(to port: UInt16, resetAfter limit: Int) {
        guard let server = try? LoopbackSocket.connect(to: port) else { return }
        defer { close(server) }
        var sent = 0
        var bytes = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            var sockets = [descriptor, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&sockets, 2, 60_000) > 0 else { return }
            for (from, to) in [(0, 1), (1, 0)] where sockets[from].revents != 0 {
                let count = recv(sockets[from].fd, &bytes, bytes.count, 0)
                guard count > 0, send(sockets[to].fd, bytes, count, Int32(MSG_NOSIGNAL)) == count else { return }
                sent += from == 0 ? count : 0
            }
            if sent > limit {
                reset()
                shutdown(descriptor, Int32(SHUT_WR))  // so that the peer's next write is EPIPE
                return
            }
        }
    }
}
