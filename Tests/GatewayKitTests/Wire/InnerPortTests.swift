import GatewayKit
import TestSupport
import Testing

@Suite struct InnerPortTests {
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

    @Test(arguments: [1, 3])
    func `what is asked is answered as it is read, and others need not wait for it`(loops: Int) async throws {
        try await withInnerGateway(loops: loops) { gateway in
            let socket = try await gateway.open()
            let (greedy, other) = (try await TCPProbe(gateway.inner), try await TCPProbe(gateway.inner))
            let session = [UInt8](repeating: UInt8(ascii: "s"), count: 1 << 20)
            let number = socket.id.connection
            greedy.pause()
            greedy.send(GatewayPacket(.setSession, connectionID: number, extra: session).bytes)
            for _ in 0..<30 { greedy.send(GatewayPacket(.getSessionByClientID, connectionID: number).bytes) }
            greedy.send(GatewayPacket(.sendToOne, connectionID: number, body: Array("behind".utf8)).bytes)
            try await eventually(.seconds(20), "an answer waits") { gateway.gateway.statistics.bufferedBytes > 0 }
            for _ in 0..<100 {
                other.send(GatewayPacket(.isOnline, connectionID: number).bytes)
                #expect(try await other.receive(atLeast: 8) == AnswerParser.encode(1))
                #expect(gateway.gateway.statistics.bufferedBytes < 4 << 20)
            }
            greedy.resume()
            let expected = AnswerParser.encode(serialized: session)
            let answers = try await greedy.receive(atLeast: 30 * expected.count)
            #expect(answers.count == 30 * expected.count && answers.suffix(expected.count).elementsEqual(expected))
            #expect(try await socket.client.next() == .text("behind"))
        }
    }

    @Test(arguments: [1, 3])
    func `commands by the thousand are carried out in their order`(loops: Int) async throws {
        try await withInnerGateway(loops: loops) { gateway in
            let socket = try await gateway.open()
            let probe = try await TCPProbe(gateway.inner)
            let number = socket.id.connection
            probe.send(
                (0..<5000).flatMap {
                    GatewayPacket(.sendToOne, connectionID: number, body: Array("\($0)".utf8)).bytes
                }
            )
            for expected in 0..<5000 { #expect(try await socket.client.next() == .text("\(expected)")) }
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

    @Test func `of a crowd that is refused ten are told a second`() async throws {
        try await withInnerGateway(secret: "s3cret") { gateway in
            var probes: [TCPProbe] = []
            for _ in 0..<30 { probes.append(try await TCPProbe(gateway.inner)) }
            for probe in probes { probe.send(GatewayPacket(.isOnline).bytes) }
            for probe in probes { try await probe.closedByPeer() }
            let told = gateway.events.events.count { if case .innerConnectionRefused = $0 { true } else { false } }
            #expect((10..<30).contains(told))
        }
    }

    @Test func `with a secret a silent connection ends, without one it stays`() async throws {
        try await withInnerGateway(secret: "s3cret", innerLimits: .quick) { guarded in
            try await withInnerGateway(innerLimits: .quick) { open in
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
        // Asked for in so many words, it listens.
        let open = try await WireGateway(inner: "0.0.0.0:0") {
            $0.innerAdvertise = "127.0.0.1:0"
            $0.isInsecureAllowed = true
        }
        await open.stop()
    }

    @Test func `a stranger has 10 s, and a thousand of them make newcomers wait`() {
        #expect(PeerLimits().timeout == .seconds(10) && PeerLimits().strangers == 1000)
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

    /// Sends what was captured, with the ids of four sockets here for 1 to 4, and compares what comes back and what the
    /// sockets receive.
    private func replay(_ exchanges: [CapturedExchange], secret: String, loops: Int) async throws {
        try await withInnerGateway(secret: secret, loops: loops) { gateway in
            var sockets: [GatewayFixture.Socket] = []
            for _ in 1...4 { sockets.append(try await gateway.open()) }
            let mapping = IDMapping(sockets.map(\.id.connection))
            for exchange in exchanges {
                let packets = try mapping.packets(bytes(hex: exchange.request))
                let probe = try await TCPProbe(gateway.inner)
                probe.send(packets.flatMap(\.bytes))
                let expected = try mapping.answer(bytes(hex: exchange.response), to: packets.last?.command)
                if exchange.call.contains("secret") {
                    try await probe.closedByPeer()
                    #expect(probe.received == expected, "\(exchange.call)")
                } else {
                    // A question behind it shows that a command, which has no answer, was taken.
                    probe.send(GatewayPacket(.isOnline).bytes)
                    let all = expected + AnswerParser.encode(0)
                    #expect(try await probe.receive(atLeast: all.count) == all, "\(exchange.call)")
                }
                probe.close()
                for (number, socket) in zip(1..., sockets) {
                    for text in exchange.delivered[number] ?? [] {
                        let message = try await socket.client.next()
                        #expect(message == .text(text) || message == .binary(Array(text.utf8)), "\(exchange.call)")
                    }
                }
            }
        }
    }

    private func withInnerGateway(
        secret: String = "",
        loops: Int = 1,
        innerLimits: PeerLimits = PeerLimits(),
        _ body: (WireGateway) async throws -> Void
    ) async throws {
        let gateway = try await WireGateway(secret: secret, loops: loops, innerLimits: innerLimits)
        try await gateway.stopped(after: body)
    }
}

/// Puts the connection ids of a running gateway in place of the captured 1, 2, 3, ….
private struct IDMapping {
    private let ids: [Int64: Int64]

    init(_ connections: [UInt32]) {
        ids = Dictionary(uniqueKeysWithValues: zip(1..., connections.map(Int64.init)))
    }

    func packets(_ bytes: [UInt8]) throws -> [GatewayPacket] {
        try GatewayPacket.parse([bytes]).map { packet in
            var packet = packet
            packet.connectionID = UInt32(id(Int64(packet.connectionID)))
            if [.select, .sendToAll, .sendToGroup].contains(packet.command), !packet.extra.isEmpty {
                packet.extra = try extra(JSONReader.read(packet.extra))
            }
            return packet
        }
    }

    func answer(_ bytes: [UInt8], to command: GatewayPacket.Command?) throws -> [UInt8] {
        var parser = AnswerParser()
        parser.append(bytes)
        guard let answer = try parser.next() else { return bytes }
        switch command {
        case .select?, .getAllClientSessions?, .getClientSessionsByGroup?:
            return AnswerParser.encode(keys(try PHPValue(serialized: answer)))
        case .getClientIDByUid?: return AnswerParser.encode(values(try PHPValue(serialized: answer)))
        case .batchGetClientIDByUid?:
            guard case .array(var lists) = try PHPValue(serialized: answer) else { return bytes }
            for element in lists.elements { lists[element.key] = values(element.value) }
            return AnswerParser.encode(.array(lists))
        default: return bytes
        }
    }

    private func id(_ number: Int64) -> Int64 { ids[number] ?? number }

    /// `connections`, `exclude` and `where.connection_id` have ids as keys and values.
    private func extra(_ value: PHPValue) throws -> [UInt8] {
        guard case .array(var question) = value else { return [] }
        for key in ["connections", "exclude"] as [PHPArray.Key] {
            if let ids = question[key] { question[key] = values(keys(ids)) }
        }
        if case .array(var places)? = question["where"], let ids = places["connection_id"] {
            places["connection_id"] = values(keys(ids))
            question["where"] = .array(places)
        }
        return JSONWriter.write(.array(question)) ?? []
    }

    private func keys(_ value: PHPValue) -> PHPValue {
        guard case .array(let array) = value else { return value }
        var mapped = PHPArray()
        for element in array.elements {
            if case .int(let number) = element.key {
                mapped[.int(id(number))] = element.value
            } else {
                mapped[element.key] = element.value
            }
        }
        return .array(mapped)
    }

    private func values(_ value: PHPValue) -> PHPValue {
        guard case .array(let array) = value else { return value }
        var mapped = PHPArray()
        for element in array.elements {
            if case .int(let number) = element.value {
                mapped[element.key] = .int(id(number))
            } else {
                mapped[element.key] = element.value
            }
        }
        return .array(mapped)
    }
}
