import GatewayKit
import ServerCore
import Testing

struct HandshakeTests {
    private static let fields = [
        "Host: 127.0.0.1", "Upgrade: websocket", "Connection: keep-alive, Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "Origin: https://example.org",
    ]

    @Test func `a request is accepted however its bytes arrive, and what follows is left`() throws {
        let request = Self.request()
        for parts in cuts(of: Array(request.utf8)) {
            let (outcome, rest) = Self.read(parts.dropLast() + [parts.last! + [0x81, 0x80]])
            guard case .request(let head) = outcome else {
                Issue.record("not accepted: \(outcome)")
                return
            }
            #expect(head.path == "/a b" && head.query == "c=d")
            let text = String(decoding: Handshake.response(to: head), as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            // RFC 6455 1.3: the example's key and its answer
            #expect(text.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
            #expect(text.hasSuffix("\r\n\r\n"))
            #expect(rest == [0x81, 0x80])
        }
    }

    @Test(arguments: [
        (Self.request(line: "POST / HTTP/1.1"), 405),
        (Self.request(line: "GET / HTTP/1.0"), 400),
        (Self.request(line: "GET / HTTP/2.0"), 505),
        (Self.request(line: "GET /"), 400),
        (Self.request(without: "Host"), 400),
        (Self.request(without: "Upgrade"), 426),
        (Self.request(without: "Connection"), 400),
        (Self.request(without: "Sec-WebSocket-Key"), 400),
        (Self.request(without: "Sec-WebSocket-Version"), 426),
        (Self.request(without: "Sec-WebSocket-Version", with: "Sec-WebSocket-Version: 8"), 426),
        (Self.request(without: "Sec-WebSocket-Key", with: "Sec-WebSocket-Key: dG9vIHNob3J0"), 400),
        (Self.request(with: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), 400),
        (Self.request(with: "Content-Length: 5"), 413),
        (Self.request(with: "Transfer-Encoding: chunked"), 400),
        (Self.request(with: "X: " + String(repeating: "x", count: 20_000)), 431),
    ])
    func `what is no handshake is answered with the status that says why`(request: String, status: Int) {
        let (outcome, _) = Self.read([Array(request.utf8)])
        guard case .refused(let refusal) = outcome else {
            Issue.record("not refused: \(outcome)")
            return
        }
        #expect(refusal.status == status)
        let text = String(decoding: refusal.response, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 \(status) ") && text.contains("\r\nConnection: close\r\n"))
        #expect(text.contains("Sec-WebSocket-Version: 13\r\n") == (status == 426))
    }

    @Test func `only listed origins may connect, and clients that are no browsers`() {
        let request = [Array(Self.request().utf8)]
        guard case .request = Self.read(request, origins: ["https://EXAMPLE.org"]).0 else {
            Issue.record("a listed origin is refused")
            return
        }
        guard case .refused(let refusal) = Self.read(request, origins: ["https://example.com"]).0 else {
            Issue.record("another origin is accepted")
            return
        }
        #expect(refusal.status == 403)
        guard case .request = Self.read([Array(Self.request(without: "Origin").utf8)], origins: []).0 else {
            Issue.record("a client without an origin is refused")
            return
        }
    }

    private static func request(
        line: String = "GET /a%20b?c=d HTTP/1.1",
        without name: String? = nil,
        with field: String? = nil
    ) -> String {
        let kept = fields.filter { line in name.map { !line.hasPrefix("\($0):") } ?? true }
        return ([line] + kept + [field].compactMap { $0 } + ["", ""]).joined(separator: "\r\n")
    }

    private static func read(_ parts: [[UInt8]], origins: [String]? = nil) -> (HandshakeReader.Step, rest: [UInt8]) {
        var reader = HandshakeReader()
        for var part in parts {
            let (step, rest) = part.withUnsafeMutableBytes { bytes in
                var input = ByteCursor(bytes)
                let step = reader.read(&input, allowedOrigins: origins)
                return (step, Array(input.rest))
            }
            guard case .needMore = step else { return (step, rest) }
        }
        return (.needMore, [])
    }
}
