import GatewayKit
import TestSupport
import Testing

/// What every `GatewayClient` promises, whether it is a gateway's own or reaches several from afar.
///
/// A suite runs each promise over a fixture of its own: gateways with the default handler, and a client of them.
struct GatewayClientPromise: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let check: @Sendable (GatewayFixture) async throws -> Void

    init(_ name: String, _ check: @escaping @Sendable (GatewayFixture) async throws -> Void) {
        testDescription = name
        self.check = check
    }

    static let all = basics + groups + sockets

    /// What is promised of sending, binding and presence.
    private static let basics: [GatewayClientPromise] = [
        .init("a text reaches every socket of a uid, and no other") { fixture in
            let (first, second, other) = (try await fixture.open(), try await fixture.open(), try await fixture.open())
            for socket in [first, second] { #expect(try await fixture.client.bind(uid: "7", to: socket.id)) }
            #expect(try await fixture.client.bind(uid: "8", to: other.id))
            let delivery = try await fixture.client.send("Grüße", to: .uid("7"))
            #expect(delivery == Delivery(gatewaysReached: fixture.urls.count))
            for socket in [first, second] { #expect(try await socket.client.nextText() == "Grüße") }
            try await fixture.expectNothing(for: [first, second, other])
        },
        .init("a uid bound on every loop of every gateway is reached there, and counts once") { fixture in
            let sockets = try await fixture.open(count: 6 * fixture.urls.count)
            for socket in sockets { #expect(try await fixture.client.bind(uid: "7", to: socket.id)) }
            #expect(try await Set(fixture.client.clients(ofUid: "7")) == Set(sockets.map(\.id)))
            #expect(try await fixture.client.uids() == ["7"])
            for number in 0..<10 { try await fixture.client.send("\(number)", to: .uid("7")) }
            for socket in sockets {
                for number in 0..<10 { #expect(try await socket.client.nextText() == "\(number)") }
            }
            try await fixture.expectNothing(for: sockets)
        },
        .init("binary arrives as binary, empty as empty") { fixture in
            let socket = try await fixture.open()
            try await fixture.client.send(.binary([0, 255]), to: .client(socket.id))
            try await fixture.client.send("", to: .client(socket.id))
            #expect(try await socket.client.next() == .binary([0, 255]))
            #expect(try await socket.client.next() == .text(""))
        },
        .init("one client is sent to alone, a list as often as each is listed") { fixture in
            let (first, second) = (try await fixture.open(), try await fixture.open())
            try await fixture.client.send("one", to: .client(first.id))
            try await fixture.client.send("list", to: .clients([second.id, first.id, second.id]))
            for text in ["one", "list"] { #expect(try await first.client.nextText() == text) }
            for text in ["list", "list"] { #expect(try await second.client.nextText() == text) }
            try await fixture.expectNothing(for: [first, second])
        },
        .init("all receive, but for those left out") { fixture in
            let sockets = [try await fixture.open(), try await fixture.open(), try await fixture.open()]
            try await fixture.client.send("most", to: .all(excluding: [sockets[1].id]))
            try await fixture.client.send("all", to: .all)
            for index in [0, 2] { #expect(try await sockets[index].client.nextText() == "most") }
            for socket in sockets { #expect(try await socket.client.nextText() == "all") }
        },
        .init("several uids receive as often as each is listed") { fixture in
            let (first, second) = (try await fixture.open(), try await fixture.open())
            #expect(try await fixture.client.bind(uid: "a", to: first.id))
            #expect(try await fixture.client.bind(uid: "b", to: second.id))
            try await fixture.client.send("x", to: .uids(["a", "b", "nobody", "a"]))
            for text in ["x", "x"] { #expect(try await first.client.nextText() == text) }
            #expect(try await second.client.nextText() == "x")
            try await fixture.expectNothing(for: [first, second])
        },
        .init("what one caller sends arrives in order") { fixture in
            let socket = try await fixture.open()
            #expect(try await fixture.client.bind(uid: "7", to: socket.id))
            for number in 0..<100 {
                let target: Target = number % 3 == 0 ? .all : number % 3 == 1 ? .uid("7") : .client(socket.id)
                try await fixture.client.send("\(number)", to: target)
            }
            for number in 0..<100 { #expect(try await socket.client.nextText() == "\(number)") }
        },
        .init("what was sent before a confirmation has been obeyed") { fixture in
            try await fixture.client.confirm()
            let socket = try await fixture.open()
            #expect(try await fixture.client.bind(uid: "7", to: socket.id))
            for _ in 0..<20 {
                try await fixture.client.unbind(socket.id)
                try await fixture.client.confirm()
                #expect(try await fixture.client.uid(of: socket.id) == nil)
                #expect(try await fixture.client.bind(uid: "7", to: socket.id))
            }
        },
        .init("a uid's sockets are listed in order of binding") { fixture in
            var sockets: [GatewayFixture.Socket] = []
            for index in 0..<5 { sockets.append(try await fixture.open(index)) }
            for index in [3, 0, 4, 1] { #expect(try await fixture.client.bind(uid: "u", to: sockets[index].id)) }
            let listed = try await fixture.client.clients(ofUids: ["u", "nobody"])
            let inOrder = [3, 0, 4, 1].map { sockets[$0].id }
            // Between gateways there is no order.
            for gateway in Set(inOrder.map(\.gateway)) {
                #expect(listed[0].filter { $0.gateway == gateway } == inOrder.filter { $0.gateway == gateway })
            }
            #expect(Set(listed[0]) == Set(inOrder))
            #expect(listed[1] == [])
            #expect(try await fixture.client.isOnline(uid: "u"))
        },
        .init("a binding ends with the next one, or when it is undone") { fixture in
            let socket = try await fixture.open()
            #expect(try await fixture.client.uid(of: socket.id) == nil)
            #expect(try await fixture.client.bind(uid: "a", to: socket.id))
            #expect(try await fixture.client.bind(uid: "b", to: socket.id))
            #expect(try await fixture.client.uid(of: socket.id) == "b")
            #expect(try await fixture.client.clients(ofUid: "a") == [])
            try await fixture.client.unbind(socket.id)
            #expect(try await fixture.client.uid(of: socket.id) == nil)
            #expect(try await !fixture.client.isOnline(uid: "b"))
        },
        .init("a socket that has gone is not online, and binding it answers false") { fixture in
            let socket = try await fixture.open()
            #expect(try await fixture.client.isOnline(socket.id))
            socket.client.close()
            try await eventually(.seconds(20), "the socket is gone") { try await !fixture.client.isOnline(socket.id) }
            #expect(try await !fixture.client.bind(uid: "7", to: socket.id))
            #expect(try await fixture.client.uid(of: socket.id) == nil)
            try await fixture.client.send("into the void", to: .client(socket.id))
            try await fixture.client.unbind(socket.id)
        },
        .init("an empty uid and 0 are refused") { fixture in
            let socket = try await fixture.open()
            for uid in ["", "0"] {
                await expectError(.invalidArgument) { try await fixture.client.bind(uid: uid, to: socket.id) }
                await expectError(.invalidArgument) { try await fixture.client.send("x", to: .uid(uid)) }
                await expectError(.invalidArgument) { try await fixture.client.clients(ofUid: uid) }
            }
        },
        .init("a client id of a gateway nobody knows is refused") { fixture in
            let stranger = ClientID(gateway: GatewayAddress(ipv4: 0x7F00_0063, port: 9), connection: 1)
            await expectError(.unknownGateway) { try await fixture.client.bind(uid: "7", to: stranger) }
            await expectError(.unknownGateway) { try await fixture.client.send("x", to: .client(stranger)) }
            await expectError(.unknownGateway) { try await fixture.client.isOnline(stranger) }
        },
    ]
}

/// Expects a `GatewayError` with this code.
func expectError(_ code: GatewayError.Code, _ body: () async throws -> some Any) async {
    do {
        _ = try await body()
        Issue.record("nothing was thrown, where \(code) was expected")
    } catch let error as GatewayError {
        #expect(error.code == code)
    } catch {
        Issue.record("\(error) was thrown, where \(code) was expected")
    }
}
