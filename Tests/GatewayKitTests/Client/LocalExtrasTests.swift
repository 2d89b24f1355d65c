import GatewayKit
import TestSupport
import Testing

/// What only a gateway of the own process can do.
struct LocalExtrasTests {
    @Test(arguments: [1, 3]) func `every operation can be posted by code that is not async`(loops: Int) async throws {
        try await withGateway(loops: loops) { fixture, client in
            let sockets = try await fixture.open(count: 3)
            let ids = sockets.map(\.id)
            for id in ids { try client.post(.bind(id, uid: "7")) }
            for id in ids { try client.post(.join(id, group: "room")) }
            try client.post(.leave(ids[2], group: "room"))
            try client.post(.setSession(ids[0], ["a": 1]))
            try client.post(.mergeSession(ids[0], ["b": 2]))
            try client.post(.unbind(ids[1]))
            try client.post(.send(.text("operation"), to: .uid("7")))
            try client.post(.text("message"), to: .group("room"))
            #expect(try await client.clients(ofUid: "7") == [ids[0], ids[2]])
            #expect(try await client.clients(inGroup: "room") == [ids[0], ids[1]])
            #expect(try await client.session(of: ids[0])?.value == ["a": 1, "b": 2])
            for text in ["operation", "message"] { #expect(try await sockets[0].client.nextText() == text) }
            #expect(try await sockets[1].client.nextText() == "message")
            #expect(try await sockets[2].client.nextText() == "operation")
            try client.post(.dissolve(group: "room"))
            try client.post(.close(ids[0], last: .text("bye")))
            try client.post(.destroy(ids[1]))
            #expect(try await sockets[0].client.nextText() == "bye")
            #expect(try await sockets[0].client.next() == .close(1000, ""))
            #expect(try await sockets[1].client.next() == .end)
            #expect(try await client.clients() == [ids[2]])
            #expect(try await client.groups() == [])
        }
    }

    @Test func `what cannot be meant is refused at once, and so is everything while the gateway does not run`()
        async throws
    {
        let gateway = Gateway(.init(listen: "127.0.0.1:0"))
        await expectError(.stopped) { try gateway.client.post(.text("early"), to: .all) }
        await expectError(.stopped) { try gateway.client.close(uid: "7") }
        try await withGateway(gateway) { gateway, url in
            let socket = try await GatewayFixture.open(url)
            await expectError(.invalidArgument) { try gateway.client.post(.text("x"), to: .uid("")) }
            await expectError(.invalidArgument) { try gateway.client.post(.join(socket.id, group: "0")) }
            await expectError(.invalidArgument) { try gateway.client.close(uid: "0") }
            let stranger = ClientID(gateway: GatewayAddress(ipv4: 1, port: 1), connection: 1)
            await expectError(.unknownGateway) { try gateway.client.post(.destroy(stranger)) }
        }
        await expectError(.stopped) { try gateway.client.post(.dissolve(group: "late")) }
    }

    @Test(arguments: [1, 3]) func `a uid is closed: all its sockets, and no other`(loops: Int) async throws {
        try await withGateway(loops: loops) { fixture, client in
            let sockets = try await fixture.open(count: 5)
            for socket in sockets.dropLast() { #expect(try await client.bind(uid: "7", to: socket.id)) }
            try client.close(uid: "7", code: .policyViolation, reason: "signed out")
            try client.close(uid: "nobody")
            for socket in sockets.dropLast() {
                #expect(try await socket.client.next() == .close(1008, "signed out"))
            }
            #expect(try await !client.isOnline(uid: "7"))
            try await fixture.expectNothing(for: [sockets[4]])
        }
    }

    @Test(arguments: [1, 3]) func `a prepared message can be sent again and again, to anyone`(loops: Int) async throws {
        try await withGateway(loops: loops) { fixture, client in
            let sockets = try await fixture.open(count: 3)
            let (text, binary) = (PreparedMessage("ready"), PreparedMessage(.binary([1, 2])))
            for _ in 0..<2 { try client.post(text, to: .all) }
            try client.post(binary, to: .client(sockets[0].id), slow: .close)
            for socket in sockets {
                for _ in 0..<2 { #expect(try await socket.client.nextText() == "ready") }
            }
            #expect(try await sockets[0].client.next() == .binary([1, 2]))
            try await fixture.expectNothing(for: sockets)
        }
    }

    @Test func `a handler binds, groups and remembers its sockets without leaving the loop`() async throws {
        let gateway = Gateway(.init(listen: "127.0.0.1:0")) { _ in Clerk() }
        try await withGateway(gateway) { gateway, url in
            let socket = try await WebSocketClient.connect(url)
            #expect(try await socket.nextText() == #"uid 7, groups ["a", "b"], visits 1"#)
            socket.send("again")
            #expect(try await socket.nextText() == #"uid 7, groups ["a", "b"], visits 2"#)
            let all = try await gateway.client.select(.all([.uid, .groups]))
            #expect(all.map(\.uid) == ["7"] && all.map(\.groups) == [["a", "b"]])
            socket.send("forget")
            #expect(try await socket.nextText() == #"uid -, groups ["b"], visits -"#)
            #expect(try await gateway.client.groups() == ["b"])
        }
    }

    /// Keeps what it knows of a socket in the gateway's tables, and tells it.
    private final class Clerk: GatewayHandler {
        func opened(_ client: Client, request: UpgradeRequest) {
            client.bind(uid: "7")
            for group in ["a", "b", "", "0", "a"] { client.join(group: group) }
            client.bind(uid: "0")
            client.session = ["visits": 1]
            tell(client)
        }

        func text(_ text: UTF8Span, from client: Client) {
            if text.count == "forget".utf8.count {
                client.unbind()
                client.leave(group: "a")
                client.session = ClientSession(bytes: [])
            } else {
                client.mergeSession(["visits": 2])
            }
            tell(client)
        }

        private func tell(_ client: Client) {
            var visits = "-"
            if case .int(let number)? = client.session.value?["visits"] { visits = "\(number)" }
            client.send(PreparedMessage("uid \(client.uid ?? "-"), groups \(client.groups), visits \(visits)"))
        }
    }
}

/// Runs a gateway with the default handler while `body` runs.
private func withGateway(
    loops: Int,
    _ body: @Sendable (_ fixture: GatewayFixture, _ client: LocalGatewayClient) async throws -> Void
) async throws {
    try await withGateway(Gateway(.init(listen: "127.0.0.1:0", loops: loops))) { gateway, url in
        try await body(GatewayFixture(client: gateway.client, urls: [url]), gateway.client)
    }
}
