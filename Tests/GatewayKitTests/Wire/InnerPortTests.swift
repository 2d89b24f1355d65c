import GatewayKit
import TestSupport
import Testing

@Suite struct InnerPortTests {
    /// What the chat path needs of the protocol: no groups and no sessions.
    static let served: Set<GatewayPacket.Command> = [
        .sendToOne, .sendToAll, .isOnline, .bindUid, .unbindUid, .sendToUid, .getClientIDByUid, .batchGetClientIDByUid,
        .select, .gatewayClientConnect,
    ]

    @Test(arguments: [1, 3])
    func `captured exchanges are answered byte for byte`(loops: Int) async throws {
        try await replay(CapturedExchange.withoutSecret, secret: "", loops: loops)
    }

    @Test(arguments: [1, 3])
    func `captured exchanges with a secret are answered byte for byte`(loops: Int) async throws {
        try await replay(CapturedExchange.withSecret, secret: "s3cret", loops: loops)
    }

    @Test func `messages arrive as text, raw frames as they are`() async throws {
        try await withInnerGateway { gateway in
            let socket = try await gateway.open()
            let probe = try await TCPProbe(gateway.inner)
            probe.send(GatewayPacket(.sendToOne, connectionID: socket.id.connection, body: Array("hé".utf8)).bytes)
            var raw = GatewayPacket(.sendToAll, body: [0x82, 2, 1, 2])
            raw.flags = [.scalarBody, .raw]
            probe.send(raw.bytes)
            #expect(try await socket.client.next() == .text("hé"))
            #expect(try await socket.client.next() == .binary([1, 2]))
        }
    }

    @Test func `a kick sends its message and closes, a destroy closes`() async throws {
        try await withInnerGateway { gateway in
            let (kicked, destroyed) = (try await gateway.open(), try await gateway.open())
            let probe = try await TCPProbe(gateway.inner)
            probe.send(GatewayPacket(.kick, connectionID: kicked.id.connection, body: Array("bye".utf8)).bytes)
            probe.send(GatewayPacket(.destroy, connectionID: destroyed.id.connection).bytes)
            #expect(try await kicked.client.nextText() == "bye")
            for socket in [kicked, destroyed] {
                try await gateway.events.wait("\(socket.id) is closed") {
                    if case .clientClosed(socket.id, _, _) = $0 { true } else { false }
                }
            }
        }
    }

    @Test func `answers come in the order of the questions, and before the end when the asker has ended`() async throws
    {
        try await withInnerGateway(loops: 3) { gateway in
            let socket = try await gateway.open()
            let probe = try await TCPProbe(gateway.inner)
            let questions = (0..<50).flatMap { number in
                // One loop answers the first, all loops the second.
                GatewayPacket(
                    .isOnline,
                    connectionID: number % 2 == 0 ? socket.id.connection : 1 &+ socket.id.connection
                )
                .bytes + GatewayPacket(.getClientIDByUid, extra: Array("nobody".utf8)).bytes
            }
            probe.send(questions)
            let expected = (0..<50).flatMap { number in
                AnswerParser.encode(number % 2 == 0 ? 1 : 0) + AnswerParser.encode([])
            }
            #expect(try await probe.receive(atLeast: expected.count) == expected)
        }
    }

    @Test func `unknown commands are ignored and the connection stays`() async throws {
        try await withInnerGateway { gateway in
            let probe = try await TCPProbe(gateway.inner)
            probe.send(GatewayPacket(.init(rawValue: 99), extra: [1], body: [2]).bytes)
            probe.send(GatewayPacket(.isOnline, connectionID: 7).bytes)
            #expect(try await probe.receive(atLeast: 8) == AnswerParser.encode(0))
        }
    }

    @Test(arguments: [
        GatewayPacket(.isOnline, connectionID: 1), .authentication(secret: Array("s3cretx".utf8)),
        GatewayPacket(.workerConnect, body: Array(#"{"worker_key":"a:0"}"#.utf8)),
    ])
    func `without the right secret a connection ends without a word`(packet: GatewayPacket) async throws {
        try await withInnerGateway(secret: "s3cret") { gateway in
            let probe = try await TCPProbe(gateway.inner)
            probe.send(packet.bytes + GatewayPacket(.isOnline).bytes)
            try await probe.closedByPeer()
            #expect(probe.received.isEmpty)
            try await gateway.events.wait("a refusal") {
                if case .innerConnectionRefused = $0 { true } else { false }
            }
        }
    }

    @Test func `with a secret a silent connection ends, without one it stays`() async throws {
        try await withInnerGateway(secret: "s3cret") { guarded in
            try await withInnerGateway { open in
                let (stranger, guest) = (try await TCPProbe(guarded.inner), try await TCPProbe(open.inner))
                try await stranger.closedByPeer()
                #expect(!guest.isClosed)
            }
        }
    }

    @Test func `a stranger cannot send much before the secret`() async throws {
        try await withInnerGateway(secret: "s3cret") { gateway in
            let probe = try await TCPProbe(gateway.inner)
            probe.send(bytes(hex: "00100000ca"))
            try await probe.closedByPeer()
        }
    }

    @Test func `with too many strangers newcomers wait and none is refused`() async throws {
        var limits = PeerLimits()
        limits.strangers = 1
        let secret = Array("s3cret".utf8)
        let gateway = try await WireGateway(secret: "s3cret", innerLimits: limits)
        let stranger = try await TCPProbe(gateway.inner)
        try await gateway.events.wait("a pause") { if case .acceptingPaused = $0 { true } else { false } }
        let pusher = try await TCPProbe(gateway.inner)
        pusher.send(GatewayPacket.authentication(secret: secret).bytes + GatewayPacket(.isOnline).bytes)
        stranger.send(GatewayPacket.authentication(secret: secret).bytes)
        #expect(try await pusher.receive(atLeast: 8) == AnswerParser.encode(0))
        await gateway.stop()
    }

    @Test func `a packet beyond 10 MiB ends the connection`() async throws {
        try await withInnerGateway { gateway in
            let probe = try await TCPProbe(gateway.inner)
            probe.send(bytes(hex: "00a00001ca"))
            try await probe.closedByPeer()
        }
    }

    @Test func `beyond this machine the inner port needs a secret and an address to advertise`() async throws {
        for (listen, advertise, secret) in [
            ("0.0.0.0:0", "10.0.0.7:2900", ""), ("0.0.0.0:0", nil, "s3cret"), ("[::1]:0", nil, "s3cret"),
            ("127.0.0.1:0", "gateway:2900", ""), ("nonsense", nil, ""),
        ] as [(String, String?, String)] {
            let gateway = Gateway(
                .init(listen: "127.0.0.1:0", innerListen: listen, innerAdvertise: advertise, secret: secret)
            )
            await expectError(.invalidConfiguration) { try await gateway.run() }
        }
    }

    @Test func `what is advertised is what client ids begin with and Registers hear`() async throws {
        try await withRegister { register in
            let gateway = Gateway(
                .init(
                    listen: "127.0.0.1:0",
                    innerListen: "127.0.0.1:0",
                    innerAdvertise: "10.0.0.7:2900",
                    registers: [register.address]
                )
            )
            let worker = try await TCPProbe(register.address)
            worker.send(RegisterMessage.workerConnect(secret: []).line)
            #expect(try await worker.line() == #"{"event":"broadcast_addresses","addresses":[]}"#)
            let id = try await withGateway(gateway) { _, url in
                // Announcing takes a moment: the gateway stays until the Register has heard of it.
                let id = try await GatewayFixture.open(url).id
                #expect(try await worker.line() == #"{"event":"broadcast_addresses","addresses":["10.0.0.7:2900"]}"#)
                return id
            }
            #expect(id.gateway == GatewayAddress("10.0.0.7:2900"))
            #expect(try await worker.line() == #"{"event":"broadcast_addresses","addresses":[]}"#)
        }
    }

    // MARK: -

    /// Sends what was captured, with the ids of four sockets here for 1 to 4, and compares what comes back.
    private func replay(_ exchanges: [CapturedExchange], secret: String, loops: Int) async throws {
        try await withInnerGateway(secret: secret, loops: loops) { gateway in
            var ids: [Int64: Int64] = [:]
            var sockets: [GatewayFixture.Socket] = []
            for number in 1...4 as ClosedRange<Int64> {
                sockets.append(try await gateway.open())
                ids[number] = sockets.last.map { Int64($0.id.connection) }
            }
            let mapping = IDMapping(ids: ids)
            for exchange in exchanges {
                let packets = try mapping.packets(bytes(hex: exchange.request))
                guard packets.allSatisfy({ Self.served.contains($0.command) }),
                    !exchange.call.contains("Group"), !exchange.call.contains("raw")
                else { continue }
                let probe = try await TCPProbe(gateway.inner)
                probe.send(packets.flatMap(\.bytes))
                let expected = try mapping.answer(bytes(hex: exchange.response), to: packets.last)
                if exchange.call.contains("secret") {
                    try await probe.closedByPeer()
                    #expect(probe.received == expected, "\(exchange.call)")
                } else {
                    // A question behind it shows that a command, which has no answer, was taken.
                    probe.send(GatewayPacket(.isOnline, connectionID: 1).bytes)
                    let all = expected + AnswerParser.encode(0)
                    #expect(try await probe.receive(atLeast: all.count) == all, "\(exchange.call)")
                }
                probe.close()
            }
            _ = sockets
        }
    }

    private func withInnerGateway(
        secret: String = "",
        loops: Int = 1,
        _ body: (WireGateway) async throws -> Void
    ) async throws {
        let gateway = try await WireGateway(secret: secret, loops: loops)
        do {
            try await body(gateway)
        } catch {
            await gateway.stop()
            throw error
        }
        await gateway.stop()
    }
}

/// Puts the connection ids of a running gateway in place of the captured ones.
private struct IDMapping {
    let ids: [Int64: Int64]

    func packets(_ bytes: [UInt8]) throws -> [GatewayPacket] {
        try GatewayPacket.parse([bytes]).map { packet in
            var packet = packet
            packet.connectionID = UInt32(ids[Int64(packet.connectionID)] ?? Int64(packet.connectionID))
            if [.select, .sendToAll].contains(packet.command), !packet.extra.isEmpty {
                packet.extra = JSONWriter.write(value(try JSONReader.read(packet.extra))) ?? []
            }
            return packet
        }
    }

    func answer(_ bytes: [UInt8], to packet: GatewayPacket?) throws -> [UInt8] {
        var parser = AnswerParser()
        parser.append(bytes)
        guard let answer = try parser.next(), packet?.command != .isOnline else { return bytes }
        return AnswerParser.encode(value(try PHPValue(serialized: answer), isList: packet?.command != .select))
    }

    /// Keys and values that are ids; in a list the keys are places.
    private func value(_ value: PHPValue, isList: Bool = false) -> PHPValue {
        switch value {
        case .int(let number): return .int(ids[number] ?? number)
        case .array(let array):
            var mapped = PHPArray()
            for element in array.elements {
                var key = element.key
                if case .int(let number) = key, !(isList && array.isList) { key = .int(ids[number] ?? number) }
                mapped[key] = self.value(element.value, isList: isList)
            }
            return .array(mapped)
        default: return value
        }
    }
}
