import GatewayKit
import TestSupport
import Testing

@Suite struct RemoteGatewayClientTests {
    @Test(arguments: GatewayClientPromise.all)
    func `the remote client keeps every promise with two gateways of three loops`(
        promise: GatewayClientPromise
    ) async throws {
        try await withCluster { _, gateways, client in
            try await promise.check(GatewayFixture(client: client.client, urls: gateways.map(\.url)))
        }
    }

    @Test(arguments: GatewayClientPromise.all)
    func `the remote client keeps every promise with a secret`(promise: GatewayClientPromise) async throws {
        try await withCluster(gateways: 1, secret: "s3cret") { _, gateways, client in
            try await promise.check(GatewayFixture(client: client.client, urls: gateways.map(\.url)))
        }
    }

    @Test func `the remote client keeps every promise with two gateways in other processes`() async throws {
        let directory = TemporaryDirectory()
        let first = try await GatewayProcess(in: directory)
        let second = try await GatewayProcess(register: first.register, in: directory)
        let client = WireClient(registers: [first.register])
        try await client.connected(to: first.address, second.address)
        for promise in GatewayClientPromise.all {
            try await promise.check(GatewayFixture(client: client.client, urls: [first.url, second.url]))
            try await eventually(.seconds(20), "the sockets of \"\(promise.testDescription)\" are gone") {
                try await client.client.clientCount() == 0
            }
        }
        await client.stop()
    }

    @Test func `calls made before the run wait for it, and after its end they throw`() async throws {
        try await withCluster(gateways: 1) { register, _, _ in
            let client = RemoteGatewayClient(.init(registers: [register.address]))
            async let early = client.send("early", to: .all)
            let running = Task { try await client.run() }
            #expect(try await early == Delivery(gatewaysReached: 1))
            running.cancel()
            try await running.value
            await expectError(.stopped) { try await client.send("late", to: .all) }
            await expectError(.alreadyRunning) { try await client.run() }
        }
    }

    @Test func `a gateway that ends is dropped, and one that comes back is healed`() async throws {
        try await withCluster { register, gateways, client in
            let port = gateways[0].inner
            await gateways[0].stop()
            try await client.events.wait("the loss") {
                if case .gatewayLost(gateways[0].address, _) = $0 { true } else { false }
            }
            #expect(try await client.client.send("x", to: .all) == Delivery(gatewaysReached: 1))
            client.events.clear()
            let again = try await WireGateway(inner: port, registers: [register.address])
            try await client.connected(to: again.address)
            let socket = try await again.open()
            #expect(try await client.client.bind(uid: "7", to: socket.id))
            #expect(try await client.client.send("back", to: .uid("7")) == Delivery(gatewaysReached: 2))
            #expect(try await socket.client.nextText() == "back")
            await again.stop()
        }
    }

    @Test func `the loss of the Register touches no live connection and is healed`() async throws {
        try await withCluster { register, gateways, client in
            let socket = try await gateways[0].open()
            await register.stop()
            try await client.events.wait("the loss") { if case .registerLost = $0 { true } else { false } }
            #expect(try await client.client.bind(uid: "7", to: socket.id))
            #expect(try await client.client.send("still", to: .uid("7")) == Delivery(gatewaysReached: 2))
            #expect(try await socket.client.nextText() == "still")
            client.events.clear()
            for gateway in gateways { gateway.events.clear() }
            let again = try await RunningRegister(listen: register.address)
            try await client.events.wait("the return") { if case .registered = $0 { true } else { false } }
            for gateway in gateways {
                try await gateway.events.wait("the return") { if case .registered = $0 { true } else { false } }
            }
            #expect(try await client.client.send("again", to: .uid("7")) == Delivery(gatewaysReached: 2))
            #expect(try await socket.client.nextText() == "again")
            #expect(!client.events.events.contains { if case .gatewayLost = $0 { true } else { false } })
            let third = try await WireGateway(registers: [again.address])
            try await client.connected(to: third.address)
            await third.stop()
            await again.stop()
        }
    }

    @Test func `gateways of several Registers are one cluster, and one Register suffices for those it lists`()
        async throws
    {
        let (first, second) = (try await RunningRegister(), try await RunningRegister())
        let both = try await WireGateway(registers: [first.address, second.address], loops: 2)
        let one = try await WireGateway(registers: [second.address])
        let client = WireClient(registers: [first.address, second.address])
        try await client.connected(to: both.address, one.address)
        let sockets = [try await both.open(), try await one.open()]
        for socket in sockets { #expect(try await client.client.bind(uid: "7", to: socket.id)) }
        // A gateway that both list is one gateway.
        #expect(try await client.client.send("x", to: .uid("7")) == Delivery(gatewaysReached: 2))
        for socket in sockets { #expect(try await socket.client.nextText() == "x") }
        await first.stop()
        try await client.events.wait("the loss") { if case .registerLost = $0 { true } else { false } }
        #expect(try await client.client.send("y", to: .uid("7")) == Delivery(gatewaysReached: 2))
        for socket in sockets { #expect(try await socket.client.nextText() == "y") }
        await client.stop()
        for gateway in [both, one] { await gateway.stop() }
        await second.stop()
    }

    @Test func `an address that no Register lists gets no connection, whatever a client id says`() async throws {
        let trap = try ScriptedGateway { _ in [] }
        try await withCluster(gateways: 1) { _, gateways, client in
            let forged = ClientID(gateway: trap.address, connection: 1)
            let socket = try await gateways[0].open()
            await expectError(.unknownGateway) { try await client.client.bind(uid: "7", to: forged) }
            await expectError(.unknownGateway) { try await client.client.unbind(forged) }
            await expectError(.unknownGateway) { try await client.client.uid(of: forged) }
            await expectError(.unknownGateway) { try await client.client.send("x", to: .client(forged)) }
            let delivery = try await client.client.send("x", to: .clients([forged, socket.id]))
            #expect(delivery == Delivery(gatewaysReached: 1, unreachable: [trap.address]))
            #expect(try await socket.client.nextText() == "x")
        }
        #expect(trap.connections == 0)
    }

    @Test func `with a wrong secret nothing is reached`() async throws {
        try await withRegister(secret: "right") { register in
            var limits = RemoteLimits()
            limits.patience = .milliseconds(200)
            let client = WireClient(registers: [register.address], secret: "wrong", limits: limits)
            await expectError(.registerUnavailable) { try await client.client.send("x", to: .all) }
            await client.stop()
        }
    }

    @Test func `a gateway of another secret is unreachable`() async throws {
        let gateway = try await WireGateway(secret: "other")
        try await withRegister(secret: "right") { register in
            let impostor = try await TCPProbe(register.address)
            impostor.send(RegisterMessage.gatewayConnect(address: gateway.inner, secret: Array("right".utf8)).line)
            let client = WireClient(registers: [register.address], secret: "right")
            await expectError(.unreachable) { try await client.client.send("x", to: .all) }
            #expect(!client.events.events.contains(.gatewayConnected(gateway.address)))
            await client.stop()
        }
        await gateway.stop()
    }

    @Test func `without a gateway a call says so`() async throws {
        try await withRegister { register in
            var limits = RemoteLimits()
            limits.patience = .milliseconds(100)
            let client = WireClient(registers: [register.address], limits: limits)
            await expectError(.unreachable) { try await client.client.send("x", to: .all) }
            await expectError(.unreachable) { try await client.client.clients(ofUid: "7") }
            await client.stop()
        }
    }

    @Test func `a gateway that answers nothing is listed as unreachable and fails queries with a partial answer`()
        async throws
    {
        // It greets, then answers no question.
        let silent = try ScriptedGateway { packet in
            packet.command == .isOnline && packet.connectionID == 0 ? AnswerParser.encode(0) : []
        }
        try await withRegister { register in
            let gateway = try await WireGateway(registers: [register.address])
            let announcer = try await TCPProbe(register.address)
            announcer.send(RegisterMessage.gatewayConnect(address: "\(silent.address)", secret: []).line)
            var limits = RemoteLimits()
            limits.answer = .milliseconds(200)
            let client = WireClient(registers: [register.address], limits: limits)
            try await client.connected(to: gateway.address, silent.address)
            let socket = try await gateway.open()
            #expect(try await client.client.bind(uid: "7", to: socket.id))
            await expectError(.timedOut) {
                try await client.client.isOnline(ClientID(gateway: silent.address, connection: 1))
            }
            await #expect {
                try await client.client.clients(ofUid: "7")
            } throws: { error in
                (error as? GatewayError)?.partialAnswer == .clients([[socket.id]])
            }
            await client.stop()
            await gateway.stop()
        }
    }

    @Test func `a gateway that takes no bytes is given up, and costs the others nothing`() async throws {
        // It reads the greeting and no more.
        let stuck = try ScriptedGateway(reading: 1) { _ in AnswerParser.encode(0) }
        try await withRegister { register in
            let gateway = try await WireGateway(registers: [register.address])
            let announcer = try await TCPProbe(register.address)
            announcer.send(RegisterMessage.gatewayConnect(address: "\(stuck.address)", secret: []).line)
            var limits = RemoteLimits()
            limits.patience = .milliseconds(200)
            let client = WireClient(registers: [register.address], limits: limits)
            try await client.connected(to: gateway.address, stuck.address)
            // More than the system buffers for a peer that does not read.
            let large = Message.binary([UInt8](repeating: 0, count: 9 << 20))
            let target = Target.client(ClientID(gateway: stuck.address, connection: 1))
            await expectError(.unreachable) { try await client.client.send(large, to: target) }
            #expect(
                !client.events.events.contains { if case .gatewayLost(gateway.address, _) = $0 { true } else { false } }
            )
            await client.stop()
            await gateway.stop()
        }
    }

    @Test func `a gateway that is listed but down is told`() async throws {
        let down = try ScriptedGateway { _ in [] }
        let address = down.address
        await down.stop()
        try await withRegister { register in
            let gateway = try await WireGateway(registers: [register.address])
            let announcer = try await TCPProbe(register.address)
            announcer.send(RegisterMessage.gatewayConnect(address: "\(address)", secret: []).line)
            let client = WireClient(registers: [register.address])
            try await client.connected(to: gateway.address)
            try await client.events.wait("the failure") {
                if case .gatewayLost(address, _) = $0 { true } else { false }
            }
            let delivery = try await client.client.send("x", to: .all)
            #expect(delivery == Delivery(gatewaysReached: 1, unreachable: [address]))
            await client.stop()
            await gateway.stop()
        }
    }

    @Test func `an answer that is none is told`() async throws {
        let wrong = try ScriptedGateway { packet in
            packet.connectionID == 0 && packet.command == .isOnline
                ? AnswerParser.encode(0) : AnswerParser.encode("nonsense")
        }
        try await withRegister { register in
            let announcer = try await TCPProbe(register.address)
            announcer.send(RegisterMessage.gatewayConnect(address: "\(wrong.address)", secret: []).line)
            let client = WireClient(registers: [register.address])
            let id = ClientID(gateway: wrong.address, connection: 1)
            await expectError(.malformedAnswer) { try await client.client.clients(ofUid: "7") }
            await expectError(.malformedAnswer) { try await client.client.isOnline(id) }
            await expectError(.malformedAnswer) { try await client.client.uid(of: id) }
            await client.stop()
        }
    }

    @Test func `a slow answer holds up no push`() async throws {
        let log = PacketLog()
        // It greets and obeys, but answers no question about a client.
        let slow = try ScriptedGateway { packet in
            log.add(packet)
            return packet.command == .isOnline && packet.connectionID == 0 ? AnswerParser.encode(0) : []
        }
        try await withScripted(slow) { client in
            let id = ClientID(gateway: slow.address, connection: 1)
            let answer = Task { try await client.isOnline(id) }
            try await eventually(.seconds(20), "the question") { log.count(.isOnline) >= 3 }
            #expect(slow.connections >= 2)  // the question has one of its own
            try await client.send("x", to: .all)
            try await client.confirm()
            #expect(log.count(.sendToAll) == 1)
            await expectError(.timedOut) { try await answer.value }
        }
    }

    @Test func `a question behind unconfirmed commands goes by their connection`() async throws {
        let slow = try ScriptedGateway { packet in
            switch packet.command {
            case .isOnline: AnswerParser.encode(packet.connectionID == 0 ? 0 : 1)
            case .getClientIDByUid, .batchGetClientIDByUid: AnswerParser.encode([])
            default: []
            }
        }
        try await withScripted(slow) { client in
            let id = ClientID(gateway: slow.address, connection: 1)
            for _ in 0..<5 {
                try await client.send("x", to: .all)
                #expect(try await client.isOnline(id))
            }
            #expect(slow.connections == 1)
            #expect(try await client.isOnline(id))
            #expect(slow.connections == 2)
        }
    }

    @Test func `commands whose connection was lost before they were confirmed are told once`() async throws {
        let gateway = try ScriptedGateway(reading: 2) { packet in
            packet.command == .isOnline ? AnswerParser.encode(0) : []
        }
        try await withScripted(gateway) { client in
            try await client.send("x", to: .all)
            gateway.cut()
            await expectError(.unreachable) { try await client.confirm() }
        }
    }

    @Test func `a message beyond a packet is refused`() async throws {
        let client = RemoteGatewayClient()
        await expectError(.invalidArgument) {
            try await client.send(.binary([UInt8](repeating: 0, count: 10 << 20)), to: .all)
        }
    }

    /// Runs `body` with a client that is connected to a scripted gateway and no other.
    private func withScripted(
        _ gateway: ScriptedGateway,
        _ body: (RemoteGatewayClient) async throws -> Void
    ) async throws {
        try await withRegister { register in
            let announcer = try await TCPProbe(register.address)
            announcer.send(RegisterMessage.gatewayConnect(address: "\(gateway.address)", secret: []).line)
            var limits = RemoteLimits()
            limits.answer = .milliseconds(500)
            let client = WireClient(registers: [register.address], limits: limits)
            try await client.connected(to: gateway.address)
            try await body(client.client)
            await client.stop()
        }
    }

    @Test func `Registers that are not on 127.0.0.1 get a sign of life`() async throws {
        let peer = try LineRecorder()
        var configuration = RemoteGatewayClient.Configuration(
            registers: ["localhost:\(peer.port)"],
            secret: "s"
        )
        configuration.registerTiming = .quick
        configuration.registerTiming.ping = .milliseconds(30)
        let client = RemoteGatewayClient(configuration)
        let task = Task { try await client.run() }
        try await eventually(.seconds(20), "three lines") { peer.lines.count >= 3 }
        #expect(
            peer.lines.prefix(3) == [
                #"{"event":"worker_connect","secret_key":"s"}"#, #"{"event":"ping"}"#, #"{"event":"ping"}"#,
            ]
        )
        task.cancel()
        try await task.value
    }
}
