import GatewayKit
import TestSupport
import Testing

/// What an operator asks a gateway for.
struct ConnectionListTests {
    @Test(arguments: [1, 3])
    func `every open socket is listed with whose it is, where from, its groups, age and messages`(
        loops: Int
    ) async throws {
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", loops: loops))) { gateway, url in
            let fixture = GatewayFixture(client: gateway.client, urls: [url])
            let sockets = try await fixture.open(count: 4)
            #expect(try await gateway.client.bind(uid: "7", to: sockets[1].id))
            for group in ["room", "news"] { try await gateway.client.join(sockets[1].id, group: group) }
            try await gateway.client.send("hello", to: .client(sockets[1].id))
            #expect(try await sockets[1].client.nextText() == "hello")
            sockets[1].client.send(#"{"type":"ping"}"#)
            #expect(try await sockets[1].client.nextText() == #"{"type":"pong"}"#)
            let list = try await gateway.connections()
            #expect(list.total == 4)
            #expect(list.connections.map(\.id) == sockets.map(\.id))
            let row = list.connections[1]
            #expect(row.uid == "7" && row.groups == ["room", "news"] && row.groupCount == 2)
            #expect(row.address.hasPrefix("127.0.0.1:"))
            #expect(row.messagesReceived == 1 && row.messagesSent == 3)
            #expect(row.queuedBytes == 0 && row.age >= .zero && row.age < .seconds(600))
            #expect(list.connections[0].uid == nil && list.connections[0].groups.isEmpty)
        }
    }

    @Test(arguments: [1, 3])
    func `sockets are listed by uid, group and address, and by all that is named at once`(loops: Int) async throws {
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", loops: loops))) { gateway, url in
            let fixture = GatewayFixture(client: gateway.client, urls: [url])
            let sockets = try await fixture.open(count: 6)
            let ids = sockets.map(\.id)
            for id in ids[...3].reversed() { #expect(try await gateway.client.bind(uid: "7", to: id)) }
            for id in [ids[5], ids[2], ids[0]] { try await gateway.client.join(id, group: "room") }
            func listed(_ filter: ConnectionFilter) async throws -> [ClientID] {
                let list = try await gateway.connections(filter)
                #expect(list.total == list.connections.count)
                return list.connections.map(\.id)
            }
            #expect(try await listed(.init(uid: "7")) == [ids[3], ids[2], ids[1], ids[0]])
            #expect(try await listed(.init(group: "room")) == [ids[5], ids[2], ids[0]])
            #expect(try await listed(.init(uid: "7", group: "room")) == [ids[2], ids[0]])
            #expect(try await listed(.init(uid: "7", addressPrefix: "127.0.0.1:")).count == 4)
            #expect(try await listed(.init(addressPrefix: "10.")).isEmpty)
            for filter in [ConnectionFilter(uid: "nobody"), .init(group: "none"), .init(uid: "7", group: "none")] {
                #expect(try await listed(filter).isEmpty)
            }
        }
    }

    @Test(arguments: [1, 3]) func `a list has no more rows than are asked for, and counts the rest`(
        loops: Int
    ) async throws {
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", loops: loops))) { gateway, url in
            let fixture = GatewayFixture(client: gateway.client, urls: [url])
            let sockets = try await fixture.open(count: 5)
            for number in 0..<20 { try await gateway.client.join(sockets[0].id, group: "group \(number)") }
            for limit in 0...6 {
                let list = try await gateway.connections(limit: limit)
                #expect(list.total == 5)
                #expect(list.connections.map(\.id) == sockets.prefix(limit).map(\.id))
            }
            let row = try await gateway.connections(limit: 1).connections[0]
            #expect(row.groupCount == 20)
            #expect(row.groups == (0..<ConnectionDetails.maxGroups).map { "group \($0)" })
        }
    }

    @Test func `behind a trusted proxy the address is the one that the proxy tells`() async throws {
        let gateway = Gateway(.init(listen: "127.0.0.1:0", trustedProxies: ["loopback"]))
        try await withGateway(gateway) { gateway, url in
            let far = try await WebSocketClient.connect(url, headers: [("X-Forwarded-For", "198.51.100.1")])
            _ = try await far.nextText()
            #expect(try await gateway.connections().connections.map(\.address) == ["198.51.100.1"])
            #expect(try await gateway.connections(.init(addressPrefix: "198.51.")).total == 1)
        }
    }

    @Test func `what the loops have counted adds up to what the gateway has`() async throws {
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", loops: 3))) { gateway, url in
            let fixture = GatewayFixture(client: gateway.client, urls: [url])
            let sockets = try await fixture.open(count: 7)
            try await gateway.client.send("all", to: .all)
            for socket in sockets { #expect(try await socket.client.nextText() == "all") }
            let (loops, whole) = (gateway.loopStatistics, gateway.statistics)
            #expect(loops.count == 3)
            // Connections are dealt in turn.
            #expect(loops.map(\.clients).sorted() == [2, 2, 3])
            #expect(loops.reduce(0) { $0 + $1.messagesSent } == whole.messagesSent && whole.messagesSent == 14)
            #expect(loops.reduce(0) { $0 + $1.bytesSent } == whole.bytesSent)
        }
    }

    @Test func `bytes that wait are told of the loop and the socket for which they wait`() async throws {
        try await withGateway(Gateway(.init(listen: "127.0.0.1:0", loops: 2))) { gateway, url in
            let slow = try await GatewayFixture.open(url)
            let quick = try await GatewayFixture.open(url)
            await slow.client.pauseReading()
            let text = String(repeating: "x", count: 64 << 10)
            try await eventually(.seconds(20), "the system takes no more") {
                try await gateway.client.send(text, to: .client(slow.id))
                return try await gateway.connections().connections[0].queuedBytes > 256 << 10
            }
            let queued = try await gateway.connections().connections.map(\.queuedBytes)
            #expect(queued[0] > 0 && queued[1] == 0)
            let waiting = gateway.loopStatistics.map(\.bufferedBytes)
            #expect(waiting.filter { $0 > 0 }.count == 1)
            #expect(waiting.reduce(0, +) == gateway.statistics.bufferedBytes)
            withExtendedLifetime(quick) {}
        }
    }

    @Test func `a gateway that finishes takes no more sockets and serves those that are there until they go`()
        async throws
    {
        let gateway = Gateway(.init(listen: "127.0.0.1:0", loops: 2))
        try await withGateway(gateway) { gateway, url in
            let fixture = GatewayFixture(client: gateway.client, urls: [url])
            let sockets = try await fixture.open(count: 3)
            let finished = Mailbox<Bool>()
            Task {
                await gateway.finish()
                finished.push(true)
            }
            try await eventually(.seconds(20), "nobody gets in any more") {
                do {
                    _ = try await WebSocketClient.connect(url)
                    return false
                } catch {
                    return true
                }
            }
            for socket in sockets {
                try await gateway.client.send("still", to: .client(socket.id))
                #expect(try await socket.client.nextText() == "still")
                socket.client.close()
            }
            #expect(try await within(.seconds(20), "the last to go") { try await finished.next() })
        }
    }

    @Test func `a gateway that does not run has no list, and nothing to finish`() async throws {
        let gateway = Gateway(.init(listen: "127.0.0.1:0"))
        await expectError(.stopped) { _ = try await gateway.connections() }
        #expect(gateway.loopStatistics.isEmpty)
        await gateway.finish()
    }
}
