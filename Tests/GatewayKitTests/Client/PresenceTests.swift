import GatewayKit
import TestSupport
import Testing

/// Presence of uids: the first socket came, the last one left.
struct PresenceTests {
    @Test(arguments: [1, 3])
    func `a uid comes with its first socket and leaves with its last, on whichever loops`(loops: Int) async throws {
        let heard = Mailbox<Change>()
        try await withGateway(heard, loops: loops) { fixture, client in
            let sockets = try await fixture.open(count: 2 * loops)
            for socket in sockets { #expect(try await client.bind(uid: "7", to: socket.id)) }
            #expect(try await client.bind(uid: "7", to: sockets[0].id))
            try await heard.expect([.init("7", true)])
            sockets[0].client.close()
            sockets[1].client.cut()
            for socket in sockets.dropFirst(2) { try await client.unbind(socket.id) }
            try await heard.expect([.init("7", false)])
            #expect(heard.pending.isEmpty)
        }
    }

    @Test func `a socket that is bound anew moves from uid to uid`() async throws {
        let heard = Mailbox<Change>()
        try await withGateway(heard, loops: 1) { fixture, client in
            let socket = try await fixture.open()
            for uid in ["a", "a", "b", "\u{E9}", "e\u{301}"] { #expect(try await client.bind(uid: uid, to: socket.id)) }
            try await heard.expect([
                .init("a", true), .init("b", true), .init("a", false), .init("\u{E9}", true), .init("b", false),
                .init("e\u{301}", true), .init("\u{E9}", false),
            ])
        }
        // The gateway has ended: everybody has left.
        try await heard.expect([.init("e\u{301}", false)])
        #expect(heard.pending.isEmpty)
    }

    @Test func `the listener may use the gateway, and binds that it makes are heard in their turn`() async throws {
        let heard = Mailbox<Change>()
        let gateway = Mailbox<Gateway>()
        let configuration = Gateway.Configuration(
            listen: "127.0.0.1:0",
            loops: 3,
            onPresence: { uid, isPresent in
                heard.push(Change(uid, isPresent))
                guard isPresent, uid == "first" else { return }
                try? gateway.pending[0].client.close(uid: "first", reason: "only once")
            }
        )
        gateway.push(Gateway(configuration))
        try await GatewayKitTests.withGateway(gateway.pending[0]) { gateway, url in
            let socket = try await GatewayFixture.open(url)
            _ = try await gateway.client.bind(uid: "first", to: socket.id)
            #expect(try await socket.client.next() == .close(1000, "only once"))
            try await heard.expect([.init("first", true), .init("first", false)])
        }
    }

    @Test(arguments: [1, 3])
    func `whoever binds and unbinds at the same time, each uid comes and leaves by turns`(loops: Int) async throws {
        let heard = Mailbox<Change>()
        let uids = ["a", "b", "c"]
        try await withGateway(heard, loops: loops) { fixture, client in
            let sockets = try await fixture.open(count: 6)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, socket) in sockets.enumerated() {
                    group.addTask {
                        for round in 0..<200 {
                            if (round + index) % 4 == 3 {
                                try await client.unbind(socket.id)
                            } else {
                                try client.post(.bind(socket.id, uid: uids[(round + index) % 3]))
                            }
                        }
                        // The last that each does is a bind to b.
                        #expect(try await client.bind(uid: "b", to: socket.id))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await client.uids() == ["b"])
        }
        var present: [String: Bool] = [:]
        for change in heard.pending {
            #expect(change.isPresent != present[change.uid] ?? false)
            present[change.uid] = change.isPresent
        }
        #expect(present == ["a": false, "b": false, "c": false])
    }
}

/// What was heard of a uid; uids are told apart by bytes.
private struct Change: Sendable, Equatable {
    let uid: String
    let isPresent: Bool

    init(_ uid: String, _ isPresent: Bool) {
        self.uid = uid
        self.isPresent = isPresent
    }

    static func == (left: Self, right: Self) -> Bool {
        left.uid.utf8.elementsEqual(right.uid.utf8) && left.isPresent == right.isPresent
    }
}

extension Mailbox<Change> {
    /// Waits for these changes, and for none between them.
    fileprivate func expect(_ changes: [Change]) async throws {
        for change in changes {
            let heard = try await within(.seconds(20), "\(change) is heard") { try await self.next() }
            #expect(heard == change)
        }
    }
}

/// Runs a gateway whose uids are listened to.
private func withGateway(
    _ heard: Mailbox<Change>,
    loops: Int,
    _ body: @Sendable (_ fixture: GatewayFixture, _ client: LocalGatewayClient) async throws -> Void
) async throws {
    let configuration = Gateway.Configuration(
        listen: "127.0.0.1:0",
        loops: loops,
        onPresence: { uid, isPresent in
            heard.push(Change(uid, isPresent))
        }
    )
    try await withGateway(Gateway(configuration)) { gateway, url in
        try await body(GatewayFixture(client: gateway.client, urls: [url]), gateway.client)
    }
}
