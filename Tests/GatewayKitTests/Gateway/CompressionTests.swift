import GatewayKit
import TestSupport
import Testing

struct CompressionTests {
    private static let offer = [("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")]
    private static let text = String(repeating: "It is the same every time. ", count: 100)

    @Test func `a browser's offer is taken, and what is said at length comes compressed`() async throws {
        try await withGateway(.echo()) { gateway, url in
            let socket = try await WebSocketClient.connect(url, headers: Self.offer)
            #expect(socket.answer.contains("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover;"))
            socket.send(raw: clientFrame(0x41, deflated(Array(Self.text.utf8))))
            guard case .compressed(let echo) = try await socket.next() else {
                Issue.record("not compressed")
                return
            }
            #expect(parse([clientFrame(0x41, echo)], .init(maxMessageBytes: 1 << 20), .make()) == [.text(Self.text)])
            socket.send("short")
            #expect(try await socket.nextText() == "short")
        }
    }

    @Test func `without an offer, or with compression off, everything is plain`() async throws {
        try await withGateway(.echo()) { _, url in
            let socket = try await WebSocketClient.connect(url)
            #expect(!socket.answer.contains("Extensions"))
            socket.send(Self.text)
            #expect(try await socket.nextText() == Self.text)
            socket.send(raw: clientFrame(0x41, deflated(Array(Self.text.utf8))))
            #expect(try await socket.next() == .close(1002, "reserved bits set"))
        }
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", compression: nil))) { _, url in
            let socket = try await WebSocketClient.connect(url, headers: Self.offer)
            #expect(!socket.answer.contains("Extensions"))
        }
    }

    @Test func `a push to all reaches sockets with, without and with a kept window alike`() async throws {
        let configuration = Gateway.Configuration(
            listen: "127.0.0.1:0",
            loops: 2,
            compression: .init(keepsContext: true)
        )
        try await withGateway(Gateway(configuration)) { gateway, url in
            let plain = try await GatewayFixture.open(url).client
            let offers = ["; client_max_window_bits", "; server_no_context_takeover", "; server_max_window_bits=9"]
            var sockets: [WebSocketClient] = []
            for offer in offers {
                let headers = [("Sec-WebSocket-Extensions", "permessage-deflate\(offer)")]
                let socket = try await WebSocketClient.connect(url, headers: headers)
                _ = try await socket.nextText()
                sockets.append(socket)
            }
            for _ in 0..<3 {
                try await gateway.client.send(Self.text, to: .all)
                #expect(try await plain.nextText() == Self.text)
                for socket in sockets[..<2] {
                    guard case .compressed(let bytes) = try await socket.next() else {
                        Issue.record("not compressed")
                        return
                    }
                    let read = parse([clientFrame(0x41, bytes)], .init(maxMessageBytes: 1 << 20), .make())
                    #expect(read == [.text(Self.text)])
                }
                #expect(try await sockets[2].nextText() == Self.text)
            }
        }
    }

    @Test func `a bomb closes its socket with 1009, and data that is none with 1007`() async throws {
        try await withGateway(.echo(limits: .init(maxMessageBytes: 100_000))) { _, url in
            let bomb = try await WebSocketClient.connect(url, headers: Self.offer)
            bomb.send(raw: clientFrame(0x42, deflated([UInt8](repeating: 0, count: 100_001))))
            #expect(try await bomb.next() == .close(1009, "message too big"))
            let garbage = try await WebSocketClient.connect(url, headers: Self.offer)
            garbage.send(raw: clientFrame(0x42, [0xFF, 0xFF]))
            #expect(try await garbage.next() == .close(1007, "compressed data is malformed"))
        }
    }

    @Test func `a malformed list of extensions is refused with 400`() async throws {
        try await withGateway(.echo()) { _, url in
            let refusal = await #expect(throws: WebSocketClient.Refused.self) {
                _ = try await WebSocketClient.connect(url, headers: [("Sec-WebSocket-Extensions", "a b")])
            }
            #expect(refusal?.status == 400)
        }
    }

    @Test func `settings out of zlib's range are an error`() async {
        for compression in [Gateway.Compression(level: 10), .init(contextWindowBits: 8)] {
            await expectError(.invalidConfiguration) {
                try await Gateway(.init(listen: "127.0.0.1:0", compression: compression)).run()
            }
        }
    }
}
