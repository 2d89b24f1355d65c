import GatewayKit
import TestSupport
import Testing

@Suite struct WorkerTests {
    @Test(arguments: [1, 3])
    func `a worker hears of a socket byte for byte as from the original`(loops: Int) async throws {
        try await withWorkers(loops: loops) { gateway in
            let worker = try await ScriptedWorker(gateway.inner)
            try await gateway.events.wait("the worker") { if case .workerConnected = $0 { true } else { false } }
            let browser = try await TCPProbe(String(gateway.url.dropFirst(5).dropLast()))
            browser.send(CapturedWorker.request)
            let opened = try await worker.take(2)
            let id = opened[0].connectionID
            try Self.expect(opened, CapturedWorker.opened, id, gateway)
            let message = try #require(try GatewayPacket.parse([bytes(hex: CapturedWorker.message)]).first)
            worker.send(GatewayPacket(.setSession, connectionID: id, extra: message.extra))
            try await worker.confirm()
            browser.send([0x81, 0x80 | UInt8(message.body.count), 0, 0, 0, 0] + message.body)
            try Self.expect(try await worker.take(1), CapturedWorker.message, id, gateway)
            let closed = try #require(try GatewayPacket.parse([bytes(hex: CapturedWorker.closed)]).first)
            worker.send(GatewayPacket(.setSession, connectionID: id, extra: closed.extra))
            try await worker.confirm()
            browser.close()
            try Self.expect(try await worker.take(1), CapturedWorker.closed, id, gateway)
        }
    }

    @Test func `what a worker sends reaches the socket, and a message of any kind the worker`() async throws {
        try await withWorkers { gateway in
            let worker = try await ScriptedWorker(gateway.inner)
            try await gateway.events.wait("the worker") { if case .workerConnected = $0 { true } else { false } }
            let socket = try await WebSocketClient.connect(gateway.url)
            let id = try await worker.take(2)[0].connectionID
            worker.send(GatewayPacket(.sendToOne, connectionID: id, body: Array("init".utf8)))
            #expect(try await socket.nextText() == "init")
            socket.send("text")
            socket.send(binary: [1, 2])
            #expect(try await worker.take(2).map(\.body) == [Array("text".utf8), [1, 2]])
            worker.send(GatewayPacket(.kick, connectionID: id, body: Array("bye".utf8)))
            #expect(try await socket.nextText() == "bye")
            #expect(try await worker.take(1).map(\.command) == [.onClose])
        }
    }

    @Test func `sockets are shared out among the workers and stay with theirs`() async throws {
        try await withWorkers(loops: 3) { gateway in
            let workers = [
                try await ScriptedWorker(gateway.inner, name: "a"), try await ScriptedWorker(gateway.inner, name: "b"),
            ]
            try await gateway.events.wait(2, "workers") { if case .workerConnected = $0 { true } else { false } }
            var sockets: [WebSocketClient] = []
            for number in 0..<4 {
                sockets.append(try await WebSocketClient.connect(gateway.url))
                let opened = try await workers[number % 2].take(2)
                #expect(opened.map(\.command) == [.onConnect, .onWebSocketConnect])
            }
            for (number, socket) in sockets.enumerated() {
                socket.send("\(number)")
                #expect(try await workers[number % 2].take(1).map(\.body) == [Array("\(number)".utf8)])
            }
        }
    }

    @Test func `sockets that open before the first worker comes wait for it`() async throws {
        try await withWorkers(loops: 3) { gateway in
            let sockets = [
                try await WebSocketClient.connect(gateway.url), try await WebSocketClient.connect(gateway.url),
            ]
            for socket in sockets { socket.send("early") }
            let worker = try await ScriptedWorker(gateway.inner)
            let packets = try await worker.take(6)
            for socket in Set(packets.map(\.connectionID)) {
                let commands = packets.filter { $0.connectionID == socket }.map(\.command)
                #expect(commands == [.onConnect, .onWebSocketConnect, .onMessage])
            }
        }
    }

    @Test func `when no worker comes in time sockets are refused until there is one`() async throws {
        try await withWorkers(grace: .milliseconds(50)) { gateway in
            try await eventually(.seconds(20), "a refusal") {
                do {
                    _ = try await WebSocketClient.connect(gateway.url)
                    return false
                } catch let refusal as WebSocketClient.Refused {
                    #expect(refusal.description.contains("\r\nRetry-After: 1"))
                    return refusal.status == 503
                }
            }
            try await gateway.events.wait("the refusal is told") {
                if case .handshakeRefused(503, _, _) = $0 { true } else { false }
            }
            let worker = try await ScriptedWorker(gateway.inner)
            try await gateway.events.wait("the worker") { if case .workerConnected = $0 { true } else { false } }
            let socket = try await WebSocketClient.connect(gateway.url)
            #expect(try await worker.take(2).map(\.command) == [.onConnect, .onWebSocketConnect])
            socket.close()
        }
    }

    @Test func `what waits for a worker is bounded, and beyond it newcomers are refused`() async throws {
        try await withWorkers(maxWaiting: 256 << 10) { gateway in
            let socket = try await WebSocketClient.connect(gateway.url)
            for _ in 0..<4 { socket.send(binary: [UInt8](repeating: 7, count: 64 << 10)) }
            #expect(try await socket.next() == .close(1013, "no worker takes messages"))
            await #expect(throws: WebSocketClient.Refused.self) { try await WebSocketClient.connect(gateway.url) }
            let worker = try await ScriptedWorker(gateway.inner)
            let expected: [GatewayPacket.Command] = [
                .onConnect, .onWebSocketConnect, .onMessage, .onMessage, .onMessage,
            ]
            #expect(try await worker.take(6).map(\.command) == expected + [.onClose])
        }
    }

    @Test func `what happens while a worker is away waits for it`() async throws {
        try await withWorkers { gateway in
            let first = try await ScriptedWorker(gateway.inner)
            try await gateway.events.wait("the worker") { if case .workerConnected = $0 { true } else { false } }
            let socket = try await WebSocketClient.connect(gateway.url)
            _ = try await first.take(2)
            first.close()
            try await gateway.events.wait("the loss") { if case .workerLost = $0 { true } else { false } }
            for number in 0..<3 { socket.send("\(number)") }
            let late = try await WebSocketClient.connect(gateway.url)
            let second = try await ScriptedWorker(gateway.inner, name: "other")
            let packets = try await second.take(5)
            #expect(packets.filter { $0.command == .onMessage }.map(\.body) == ["0", "1", "2"].map { Array($0.utf8) })
            #expect(packets.filter { $0.command != .onMessage }.map(\.command) == [.onConnect, .onWebSocketConnect])
            late.close()
        }
    }

    @Test func `a socket whose messages nobody takes in time is cut, one that is silent stays`() async throws {
        try await withWorkers(grace: .milliseconds(50)) { gateway in
            let worker = try await ScriptedWorker(gateway.inner)
            try await gateway.events.wait("the worker") { if case .workerConnected = $0 { true } else { false } }
            let (loud, silent) = (
                try await WebSocketClient.connect(gateway.url), try await WebSocketClient.connect(gateway.url)
            )
            _ = try await worker.take(4)
            worker.close()
            try await gateway.events.wait("the loss") { if case .workerLost = $0 { true } else { false } }
            loud.send("hello?")
            try await gateway.events.wait("the end") { if case .clientClosed = $0 { true } else { false } }
            let again = try await ScriptedWorker(gateway.inner)
            try await gateway.events.wait(2, "workers") { if case .workerConnected = $0 { true } else { false } }
            silent.send("hello!")
            #expect(try await again.take(1).map(\.body) == [Array("hello!".utf8)])
        }
    }

    @Test func `a worker that is too far behind is told, and its socket is cut`() async throws {
        try await withWorkers(maxUnsent: 1 << 20) { gateway in
            let worker = try await TCPProbe(gateway.inner)
            worker.pause()
            let name = #"{"secret_key":"","worker_key":"\#(String(repeating: "w", count: 1000))"}"#
            worker.send(GatewayPacket(.workerConnect, body: Array(name.utf8)).bytes)
            try await gateway.events.wait("the worker") { if case .workerConnected = $0 { true } else { false } }
            let socket = try await WebSocketClient.connect(gateway.url)
            let message = String(repeating: "x", count: 900_000)
            for _ in 0..<20 { socket.send(message) }
            try await gateway.events.wait("that it is behind") {
                // Of a name that long only the beginning counts.
                if case .workerSlow(let key, let bytes) = $0 { key.count < 300 && bytes > 1 << 20 } else { false }
            }
            try await gateway.events.wait("the socket is cut") { if case .clientClosed = $0 { true } else { false } }
        }
    }

    @Test func `a second connection of a worker replaces the first`() async throws {
        try await withWorkers { gateway in
            let first = try await ScriptedWorker(gateway.inner)
            try await gateway.events.wait("the worker") { if case .workerConnected = $0 { true } else { false } }
            let second = try await ScriptedWorker(gateway.inner)
            try await first.closedByPeer()
            let socket = try await WebSocketClient.connect(gateway.url)
            #expect(try await second.take(2).map(\.command) == [.onConnect, .onWebSocketConnect])
            socket.close()
            #expect(try await second.take(1).map(\.command) == [.onClose])
        }
    }

    @Test func `workers that are not on 127 0 0 1 get a sign of life`() async throws {
        try await withWorkers(advertise: "127.0.0.2:2900") { gateway in
            let worker = try await ScriptedWorker(gateway.inner)
            let expected = try GatewayPacket.parse([bytes(hex: CapturedWorker.ping + CapturedWorker.ping)])
            #expect(try await worker.take(2).prefix(2) == expected[...])
        }
    }

    @Test func `workers hear of everyone who goes when the gateway ends`() async throws {
        let gateway = try await WireGateway { $0.businessWorkers = true }
        let worker = try await ScriptedWorker(gateway.inner)
        try await gateway.events.wait("the worker") { if case .workerConnected = $0 { true } else { false } }
        let socket = try await WebSocketClient.connect(gateway.url)
        _ = try await worker.take(2)
        await gateway.stop()
        #expect(try await worker.take(1).map(\.command) == [.onClose])
        socket.close()
    }

    @Test func `without an inner port there can be no workers`() async {
        await expectError(.invalidConfiguration) {
            try await Gateway(.init(listen: "127.0.0.1:0", businessWorkers: true)).run()
        }
    }

    // MARK: -

    /// Compares packets with captured ones, the addresses, ports and ids of this run put in.
    private static func expect(
        _ packets: [GatewayPacket],
        _ captured: String,
        _ id: UInt32,
        _ gateway: WireGateway
    ) throws {
        let port = UInt16(gateway.url.dropLast().split(separator: ":").last ?? "") ?? 0
        let expected = try GatewayPacket.parse([bytes(hex: captured)]).enumerated().map { index, packet in
            var packet = packet
            packet.localIP = gateway.address.ipv4
            packet.localPort = gateway.address.port
            packet.clientPort = packets[index].clientPort
            packet.connectionID = id
            packet.gatewayPort = port
            if packet.command == .onWebSocketConnect, case .array(var request) = try PHPValue(serialized: packet.body),
                case .array(var server)? = request["server"]
            {
                server["REMOTE_PORT"] = .int(Int64(packet.clientPort))
                server["SERVER_PORT"] = .int(Int64(port))
                request["server"] = .array(server)
                packet.body = PHPValue.array(request).serialized()
            }
            return packet
        }
        #expect(packets == expected)
    }

    private func withWorkers(
        loops: Int = 1,
        grace: Duration = .seconds(60),
        maxWaiting: Int = 16 << 20,
        maxUnsent: Int = 10 << 20,
        advertise: String? = nil,
        _ body: (WireGateway) async throws -> Void
    ) async throws {
        let gateway = try await WireGateway(loops: loops) { configuration in
            configuration.businessWorkers = true
            configuration.innerAdvertise = advertise
            configuration.workerLimits.grace = grace
            configuration.workerLimits.maxWaiting = maxWaiting
            configuration.workerLimits.maxUnsent = maxUnsent
            configuration.workerLimits.ping = .milliseconds(20)
            configuration.limits.closeTimeout = .milliseconds(100)
        }
        try await gateway.stopped(after: body)
    }
}

/// A worker that a test plays.
private struct ScriptedWorker {
    private let probe: TCPProbe

    /// Connects and says its name; without one as the captured worker did.
    init(_ address: String, name: String? = nil) async throws {
        probe = try await TCPProbe(address)
        let body = #"{"worker_key":"\#(name ?? "")","secret_key":""}"#
        let named = GatewayPacket(.workerConnect, body: Array(body.utf8)).bytes
        probe.send(name == nil ? bytes(hex: CapturedWorker.greeting) : named)
    }

    func send(_ packet: GatewayPacket) { probe.send(packet.bytes) }

    func close() { probe.close() }

    func closedByPeer() async throws { try await probe.closedByPeer() }

    /// Waits until what was sent has been obeyed; nothing else may be under way.
    func confirm() async throws {
        send(GatewayPacket(.isOnline))
        #expect(try await probe.receive(atLeast: 8) == AnswerParser.encode(0))
    }

    /// Waits for as many packets and takes them.
    func take(_ count: Int) async throws -> [GatewayPacket] {
        var bytes: [UInt8] = []
        var packets: [GatewayPacket] = []
        while packets.count < count {
            let more = try await probe.receive(atLeast: 1)
            guard !more.isEmpty else { throw Unexpected(description: "\(count) packets were to come, not \(packets)") }
            bytes += more
            packets = try GatewayPacket.parse([bytes])
        }
        return packets
    }
}
