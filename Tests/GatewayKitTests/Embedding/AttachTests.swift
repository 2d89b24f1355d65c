import GatewayKit
import Synchronization
import TestSupport
import Testing

struct AttachTests {
    @Test(arguments: [1, 3])
    func `messages of every size and kind go through whole, both ways and in order`(loops: Int) async throws {
        try await withEmbedded(.echo(loops: loops)) { gateway in
            let owner = Owner()
            let client = try await owner.attach(to: gateway)
            for count in [0, 1, 125, 126, 65535, 65536, 200_000] {
                let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 13) }
                let text = String(repeating: "ä", count: count / 2)
                client.received(.binary(bytes))
                client.received(.text(text))
                await client.ready()
                #expect(try await owner.next() == .send(.binary(bytes)))
                #expect(try await owner.next() == .send(.text(text)))
            }
            client.closed()
        }
    }

    @Test(arguments: [1, 3])
    func `an attached client is a client like others`(loops: Int) async throws {
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", loops: loops))) { gateway, url in
            let (mine, other) = (Owner(), Owner())
            let clients = [try await mine.attach(to: gateway), try await other.attach(to: gateway)]
            let socket = try await GatewayFixture.open(url)
            for owner in [mine, other] {
                guard case .send(.text(let greeting)) = try await owner.next() else {
                    Issue.record("no greeting")
                    return
                }
                #expect(greeting.contains(#""type":"init""#))
            }
            #expect(try await gateway.client.bind(uid: "7", to: clients[0].id))
            #expect(try await gateway.client.bind(uid: "7", to: socket.id))
            #expect(try await gateway.client.clients(ofUid: "7") == [clients[0].id, socket.id])
            try await gateway.client.join(clients[1].id, group: "room")
            try await gateway.client.send("to the uid", to: .uid("7"))
            try await gateway.client.send(.binary([1, 2]), to: .group("room"))
            #expect(try await mine.next() == .send(.text("to the uid")))
            #expect(try await socket.client.nextText() == "to the uid")
            #expect(try await other.next() == .send(.binary([1, 2])))
            #expect(try await gateway.client.isOnline(clients[1].id))
            // A last message comes before the close, and then it is gone.
            try await gateway.client.close(clients[1].id, last: .text("last"))
            #expect(try await other.next() == .send(.text("last")))
            #expect(try await other.next() == .close(.normal, ""))
            #expect(try await !gateway.client.isOnline(clients[1].id))
            try await gateway.client.destroy(clients[0].id)
            #expect(try await mine.next() == .close(.abnormal, ""))
            try await eventually(.seconds(20), "only the socket is left") { gateway.statistics.connections == 1 }
        }
    }

    @Test func `a handler hears of opening with the request, and of closing as the owner tells it`() async throws {
        let seen = Mailbox<Echo.Seen>()
        @Sendable func next() async throws -> Echo.Seen {
            try await within(.seconds(20), "a call") { try await seen.next() }
        }
        try await withEmbedded(.echo(seen: seen)) { gateway in
            let owner = Owner()
            let request = UpgradeHead(target: "/a%20b?c=d", headers: [("Upgrade", "none"), ("X-Own", "1")])
            let first = try await owner.attach(to: gateway, request: request, peerAddress: "[2001:db8::1]:7")
            #expect(try await next() == .opened(path: "/a b", query: "c=d"))
            first.closed(CloseCode(rawValue: 4000), reason: "bye")
            #expect(try await next() == .closed(CloseCode(rawValue: 4000), "bye"))
            let second = try await owner.attach(to: gateway)
            _ = try await next()
            second.closed()
            #expect(try await next() == .closed(.abnormal, ""))
            var third: AttachedClient? = try await owner.attach(to: gateway)
            _ = try await next()
            withExtendedLifetime(third) {}
            third = nil
            #expect(try await next() == .closed(.abnormal, ""))
            #expect(owner.asked.pending.isEmpty)
        }
    }

    @Test func `a slow owner misses whole messages and is told so, and the others miss nothing`() async throws {
        let limits = Gateway.Limits(maxBacklogBytes: 100_000)
        try await withEmbedded(Gateway(.init(limits: limits)) { _ in Echo(Mailbox()) }) { gateway in
            let (slow, quick) = (Owner(), Owner())
            let clients = [try await slow.attach(to: gateway), try await quick.attach(to: gateway)]
            slow.slowDown()
            let text = String(repeating: "x", count: 30_000)
            for number in 0..<20 {
                try await gateway.client.send("\(number) \(text)", to: .all)
                #expect(try await quick.next() == .send(.text("\(number) \(text)")))
            }
            try await eventually(.seconds(20), "only the slow one's messages wait, within the limit") {
                (60_000...100_000).contains(gateway.statistics.bufferedBytes)
            }
            slow.letGo()
            for number in 0..<3 { #expect(try await slow.next() == .send(.text("\(number) \(text)"))) }
            #expect(try await slow.next() == .send(.text(#"{"type":"resync","dropped":17}"#)))
            try await gateway.client.send("again", to: .client(clients[0].id))
            #expect(try await slow.next() == .send(.text("again")))
            try await eventually(.seconds(20), "nothing waits") { gateway.statistics.bufferedBytes == 0 }
            for client in clients { client.closed() }
        }
    }

    @Test func `a source is read as fast as the handler takes it, and its end closes the socket`() async throws {
        let gates = Mailbox<Void>()
        let given = Atomic(0)
        let gateway = Gateway(async: .init()) { connection in
            try? await gates.next()
            for await _ in connection {}
        }
        try await withEmbedded(gateway) { gateway in
            let client = try await Owner().attach(to: gateway)
            let source = AsyncStream<Message>(unfolding: {
                let number = given.wrappingAdd(1, ordering: .relaxed).newValue
                return number <= 1000 ? .binary(.init(repeating: 0, count: 10_000)) : nil
            })
            async let received: Void = client.receive(from: source)
            try await eventually(.seconds(20), "it has begun") { given.load(ordering: .relaxed) > 6 }
            // 64 KiB wait for the handler's function, and about as much on the way to it.
            for _ in 0..<20 { await Task.yield() }
            #expect(given.load(ordering: .relaxed) < 100)
            gates.push(())
            await received
            #expect(given.load(ordering: .relaxed) == 1001)
            try await eventually(.seconds(20), "it is gone") { gateway.statistics.connections == 0 }
            #expect(gateway.statistics.messagesReceived == 1000)
        }
    }

    @Test func `a source that ends has closed without a code, and one that throws was cut`() async throws {
        let seen = Mailbox<Echo.Seen>()
        @Sendable func next() async throws -> Echo.Seen {
            try await within(.seconds(20), "a call") { try await seen.next() }
        }
        try await withEmbedded(.echo(seen: seen)) { gateway in
            let owner = Owner()
            let (messages, source) = AsyncThrowingStream.makeStream(of: Message.self)
            source.yield(.text("one"))
            source.finish()
            try await owner.attach(to: gateway).receive(from: messages)
            _ = try await next()
            #expect(try await next() == .closed(.noStatus, ""))
            let (others, broken) = AsyncThrowingStream.makeStream(of: Message.self)
            broken.finish(throwing: Owner.Broken())
            await #expect(throws: Owner.Broken.self) { try await owner.attach(to: gateway).receive(from: others) }
            _ = try await next()
            #expect(try await next() == .closed(.abnormal, ""))
        }
    }

    @Test func `a source whose task is cancelled does not wait for the gateway`() async throws {
        let gates = Mailbox<Void>()
        let gateway = Gateway(async: .init()) { _ in try? await gates.next() }
        try await withEmbedded(gateway) { gateway in
            let client = try await Owner().attach(to: gateway)
            let source = AsyncStream<Message>(unfolding: {
                Task.isCancelled ? nil : .binary(.init(repeating: 0, count: 10_000))
            })
            let receiving = Task { await client.receive(from: source) }
            try await eventually(.seconds(20), "the handler has enough") { gateway.statistics.messagesReceived > 6 }
            receiving.cancel()
            try await within(.seconds(20), "the end of the source") { await receiving.value }
            try await eventually(.seconds(20), "it is gone") { gateway.statistics.connections == 0 }
        }
    }

    @Test func `a message beyond the limit closes the socket with 1009`() async throws {
        try await withEmbedded(.echo(limits: .init(maxMessageBytes: 100))) { gateway in
            let owner = Owner()
            let client = try await owner.attach(to: gateway)
            client.received(.binary(.init(repeating: 0, count: 101)))
            guard case .close(.messageTooBig, _) = try await owner.next() else {
                Issue.record("another answer")
                return
            }
            try await eventually(.seconds(20), "it is gone") { gateway.statistics.connections == 0 }
            client.received(.text("late"))
            await client.ready()
        }
    }

    @Test func `an owner that cannot send has lost its socket`() async throws {
        let seen = Mailbox<Echo.Seen>()
        try await withEmbedded(.echo(seen: seen)) { gateway in
            let owner = Owner()
            let client = try await owner.attach(to: gateway)
            _ = try await within(.seconds(20), "opened") { try await seen.next() }
            owner.fail()
            client.received(.text("hello"))
            #expect(try await within(.seconds(20), "closed") { try await seen.next() } == .closed(.abnormal, ""))
            #expect(owner.asked.pending.isEmpty)
        }
    }

    @Test func `an owner that takes nothing is told to close, though its send has not returned`() async throws {
        let seen = Mailbox<Echo.Seen>()
        let gateway = Gateway.echo(limits: .init(idleTimeout: .seconds(2)), seen: seen)
        try await withEmbedded(gateway) { gateway in
            let (stuck, idle) = (Owner(), Owner())
            let clients = [try await stuck.attach(to: gateway), try await idle.attach(to: gateway)]
            for _ in 0..<2 { _ = try await within(.seconds(20), "opened") { try await seen.next() } }
            stuck.slowDown()
            try await gateway.client.send("hello", to: .all)
            #expect(try await idle.next() == .send(.text("hello")))
            #expect(try await stuck.next() == .close(.abnormal, ""))
            #expect(try await within(.seconds(20), "closed") { try await seen.next() } == .closed(.abnormal, ""))
            stuck.letGo()
            #expect(try await stuck.next() == .send(.text("hello")))
            // Nothing waits for the other one, so it lives on.
            try await gateway.client.send("again", to: .all)
            #expect(try await idle.next() == .send(.text("again")))
            #expect(stuck.asked.pending.isEmpty)
            for client in clients { client.closed() }
        }
    }

    @Test func `a socket that is destroyed is closed at once, though a send has not returned`() async throws {
        try await withEmbedded(.echo()) { gateway in
            let owner = Owner()
            let client = try await owner.attach(to: gateway)
            owner.slowDown()
            for text in ["one", "two"] { try await gateway.client.send(text, to: .client(client.id)) }
            try await eventually(.seconds(20), "the first is on its way") { owner.isSending }
            try await gateway.client.destroy(client.id)
            #expect(try await owner.next() == .close(.abnormal, ""))
            owner.letGo()
            #expect(try await owner.next() == .send(.text("one")))
            try await eventually(.seconds(20), "it is gone") { gateway.statistics.connections == 0 }
            #expect(owner.asked.pending.isEmpty && gateway.statistics.bufferedBytes == 0)
        }
    }

    @Test func `the end of the gateway closes with 1001, and waits for the owner no longer than for others`()
        async throws
    {
        let (patient, stuck) = (Owner(), Owner())
        let seen = Mailbox<Echo.Seen>()
        let limits = Gateway.Limits(drainTimeout: .milliseconds(300))
        let gateway = Gateway.echo(limits: limits, seen: seen)
        let clients = Mailbox<AttachedClient>()
        try await withEmbedded(gateway) { gateway in
            for owner in [patient, stuck] { clients.push(try await owner.attach(to: gateway)) }
            stuck.slowDown()
            try await gateway.client.send("last words", to: .all)
        }
        #expect(try await patient.next() == .send(.text("last words")))
        #expect(try await patient.next() == .close(.goingAway, "server is going down"))
        for _ in 0..<4 { _ = try await within(.seconds(20), "both were closed") { try await seen.next() } }
        await expectError(.stopped) { try await patient.attach(to: gateway) }
        #expect(try await stuck.next() == .close(.goingAway, "server is going down"))
        stuck.letGo()
        #expect(try await stuck.next() == .send(.text("last words")))
        for _ in 0..<2 { try await clients.next().received(.text("late")) }
    }

    @Test func `what is turned away is told why`() async throws {
        await expectError(.stopped) { try await Owner().attach(to: Gateway(.init())) }
        let limits = Gateway.Limits(maxConnections: 1)
        try await withEmbedded(.echo(limits: limits, origins: ["https://example.org"])) { gateway in
            let foreign = UpgradeHead(target: "/", headers: [("Origin", "https://evil.example")])
            do throws(GatewayError) {
                _ = try await Owner().attach(to: gateway, request: foreign)
                Issue.record("it was let in")
            } catch {
                #expect(error.code == .refused)
                #expect(error.cause == "403 Forbidden: the origin is not allowed")
            }
            await expectError(.invalidArgument) {
                try await Owner().attach(to: gateway, request: UpgradeHead(target: "a b"))
            }
            await expectError(.invalidArgument) { try await Owner().attach(to: gateway, peerAddress: "nowhere") }
            try await eventually(.seconds(20), "they do not count") { gateway.statistics.connections == 0 }
            let client = try await Owner().attach(to: gateway)
            await expectError(.refused) { try await Owner().attach(to: gateway) }
            client.closed()
        }
    }
}
