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

/// What only TLS has to promise, checked by a client that is OpenSSL's own.
@Suite(.timeLimit(.minutes(5)))
struct TLSTests {
    @Test(arguments: [2, 3])
    func `TLS 1.2 and 1.3 are spoken, HTTP 1.1 above them, and an ended client may still read`(
        version: Int
    ) async throws {
        try await withEcho { echo, settings in
            var settings = settings
            settings.newest = version
            let probe = try await TLSProbe(port: echo.port, settings)
            let agreement = await probe.agreement()
            #expect(agreement.version == "TLSv1.\(version)")
            #expect(agreement.alpn == "http/1.1")
            let bytes = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try await probe.send(bytes)
            var received: [UInt8] = []
            while received.count < bytes.count { received += try await probe.receive() }
            #expect(received == bytes)
            await probe.endWriting()
            #expect(try await probe.receive() == Array("bye".utf8))
            #expect(try await probe.receive().isEmpty)
        }
    }

    @Test
    func `TLS 1.1 is refused, and so are another protocol above and plain bytes; a client without ALPN is served`()
        async throws
    {
        try await withEcho { echo, settings in
            var old = settings
            old.newest = 1
            await #expect(throws: TLSProbe.Failure.self) { _ = try await TLSProbe(port: echo.port, old) }
            var other = settings
            other.alpn = ["h2"]
            await #expect(throws: TLSProbe.Failure.self) { _ = try await TLSProbe(port: echo.port, other) }
            let plain = try await RawClient("127.0.0.1:\(echo.port)")
            try await plain.send("GET / HTTP/1.1\r\n\r\n")
            #expect(try await plain.read().prefix(5).elementsEqual("HTTP/".utf8) == false)
            var ends: [String] = []
            for _ in 0..<3 { ends.append(try await echo.nextEnd()) }
            #expect(ends[0].contains("version") || ends[0].contains("protocol"))
            #expect(ends[1] == "handshake failed: no application protocol")
            #expect(ends[2] == "handshake failed: http request")
            var silent = settings
            silent.alpn = []
            let probe = try await TLSProbe(port: echo.port, silent)
            #expect(await probe.agreement().alpn.isEmpty)
        }
    }

    @Test func `what a turn writes is one record`() async throws {
        try await withEcho { echo, settings in
            let probe = try await TLSProbe(port: echo.port, settings)
            try await probe.send(Array("burst".utf8))
            #expect(try await probe.receive() == Array(String(repeating: "0123456789", count: 10).utf8))
        }
    }

    @Test func `a session goes on at another loop by its ticket, and with a new certificate it does not`() async throws
    {
        try await withEcho(loops: 2) { echo, settings in
            let first = try await TLSProbe(port: echo.port, settings)
            try await first.send([1])
            _ = try await first.receive()  // behind the ticket
            #expect(await first.agreement().isResumed == false)
            var again = settings
            again.resumed = first
            let second = try await TLSProbe(port: echo.port, again)
            #expect(await second.agreement().isResumed)
            #expect(Set(echo.loops) == [0, 1])
        }
    }

    @Test func `a new certificate is for new connections, and those that are there go on`() async throws {
        try await withEcho { echo, settings in
            let old = try await TLSProbe(port: echo.port, settings)
            try echo.certificate.renew()
            try echo.identity.reload()
            let new = try await TLSProbe(port: echo.port, settings)
            #expect(await old.agreement().serial != new.agreement().serial)
            for probe in [old, new] {
                try await probe.send([1, 2, 3])
                #expect(try await probe.receive() == [1, 2, 3])
            }
            // A reload that fails changes nothing.
            let serial = await new.agreement().serial
            try echo.certificate.spoilKey()
            #expect(throws: SystemError.self) { try echo.identity.reload() }
            #expect(try await TLSProbe(port: echo.port, settings).agreement().serial == serial)
        }
    }

    @Test func `files that cannot be used are named, with what is wrong with them`() throws {
        let (mine, other) = (try TestCertificate(), try TestCertificate())
        func reason(_ certificate: String, _ key: String) -> String {
            do {
                _ = try TLSIdentity(TLSFiles(certificate: certificate, key: key))
                return "fine"
            } catch {
                return error.description
            }
        }
        #expect(reason(mine.certificate, mine.key) == "fine")
        let expired = try TestCertificate(expiry: -3600)
        #expect(reason(expired.certificate, expired.key) == "fine")
        #expect(reason("/nowhere/c.pem", mine.key).contains("/nowhere/c.pem: No such file"))
        #expect(reason(mine.certificate, "/nowhere/k.pem").contains("/nowhere/k.pem: No such file"))
        #expect(reason(mine.key, mine.key).contains("certificate in \(mine.key) (no start line)"))
        let mismatch = reason(mine.certificate, other.key)
        #expect(mismatch.contains("key in \(other.key)"))
        #expect(mismatch.contains("(key values mismatch)") && mismatch.contains(mine.certificate))
        #expect(reason(mine.certificate, mine.certificate).contains("key in \(mine.certificate)"))
        try mine.encryptKey()
        #expect(reason(mine.certificate, mine.key).contains("(it has a pass phrase)"))
    }

    @Test func `a handshake that is not completed in time ends the connection`() async throws {
        try await withEcho(deadline: .milliseconds(500)) { echo, _ in
            let silent = try await RawClient("127.0.0.1:\(echo.port)")
            #expect(try await silent.read().isEmpty)
            #expect(try await echo.nextEnd() == "handshake failed: it took too long")
        }
    }

    @Test func `a client that leaves in mid-handshake or sends rubbish fails alone`() async throws {
        try await withEcho { echo, settings in
            let leaver = try await RawClient("127.0.0.1:\(echo.port)")
            try await leaver.send([0x16, 0x03, 0x01, 0x02])
            leaver.endWriting()
            #expect(try await echo.nextEnd() == "handshake failed: the peer left")
            for seed in 0..<50 {
                let rubbish = try await RawClient("127.0.0.1:\(echo.port)")
                try await rubbish.send(
                    [0x16, 0x03, 0x01, 0x00, 0x40] + (0..<64).map { UInt8(truncatingIfNeeded: $0 &* seed) }
                )
                #expect(try await echo.nextEnd().hasPrefix("handshake failed: "))
            }
            let probe = try await TLSProbe(port: echo.port, settings)
            try await probe.send([7])
            #expect(try await probe.receive() == [7])
        }
    }

    @Test func `a client that trusts somebody else goes, and both sides are told why`() async throws {
        try await withEcho { echo, settings in
            let elsewhere = try TestCertificate()
            let foreign = try TLSContext(trusting: elsewhere.certificate, serverName: "localhost")
            let group = try EventLoopGroup(name: "client")
            let address = try #require(SocketAddress("127.0.0.1:\(echo.port)"))
            let client = try await StreamConnection.connect(
                to: address,
                on: group.loops[0],
                timeout: .seconds(60),
                tls: foreign
            ) {
                Recorder($0)
            }
            try await client.wait("closed") { $0.end == "handshake failed: certificate verify failed" }
            #expect(try await echo.nextEnd().contains("unknown ca"))
            let other = try TLSContext(trusting: settings.authority, serverName: "elsewhere.example")
            let named = try await StreamConnection.connect(
                to: address,
                on: group.loops[0],
                timeout: .seconds(60),
                tls: other
            ) {
                Recorder($0)
            }
            try await named.wait("closed") { $0.end == "handshake failed: certificate verify failed" }
            await group.shutdown()
        }
    }
}
