import GatewayKit
import TestSupport
import Testing

extension GatewayClientPromise {
    /// What is promised of closing, sessions and selections.
    static let sockets: [GatewayClientPromise] = [
        .init("a socket that is closed gets its last message and the close frame, and is not online") { fixture in
            let sockets = try await fixture.open(count: 3)
            let client = fixture.client
            for socket in sockets { #expect(try await client.bind(uid: "7", to: socket.id)) }
            try await client.send("before", to: .client(sockets[0].id))
            try await client.close(sockets[0].id, last: .text("good-bye"))
            try await client.close(sockets[1].id)
            try await client.send("too late", to: .uid("7"))
            #expect(try await sockets[0].client.nextText() == "before")
            #expect(try await sockets[0].client.nextText() == "good-bye")
            for socket in sockets.dropLast() { #expect(try await fixture.ends.contains(socket.client.next())) }
            #expect(try await sockets[2].client.nextText() == "too late")
            #expect(try await !client.isOnline(sockets[0].id))
            #expect(try await client.clients(ofUid: "7") == [sockets[2].id])
        },
        .init("a last message may be empty or binary") { fixture in
            let sockets = try await fixture.open(count: 2)
            try await fixture.client.close(sockets[0].id, last: .text(""))
            try await fixture.client.close(sockets[1].id, last: .binary([1, 0]))
            #expect(try await sockets[0].client.next() == .text(""))
            #expect(try await sockets[1].client.next() == .binary([1, 0]))
            for socket in sockets { #expect(try await fixture.ends.contains(socket.client.next())) }
        },
        .init("a socket that is destroyed is cut") { fixture in
            let sockets = try await fixture.open(count: 2)
            try await fixture.client.destroy(sockets[0].id)
            #expect(try await sockets[0].client.next() == .end)
            #expect(try await !fixture.client.isOnline(sockets[0].id))
            try await fixture.expectNothing(for: [sockets[1]])
        },
        .init("uids that look alike but differ in bytes share nothing") { fixture in
            let sockets = try await fixture.open(count: 2)
            let (composed, decomposed) = ("\u{E9}", "e\u{301}")
            #expect(try await fixture.client.bind(uid: composed, to: sockets[0].id))
            #expect(try await fixture.client.bind(uid: decomposed, to: sockets[1].id))
            let listed = try await fixture.client.clients(ofUids: [decomposed, composed, "nobody", composed])
            #expect(listed == [[sockets[1].id], [sockets[0].id], [], [sockets[0].id]])
            #expect(try await fixture.client.isOnline(uids: [composed, "nobody"]) == [true, false])
            #expect(try await fixture.client.uidCount() == 2)
            try await fixture.client.send("composed", to: .uid(composed))
            #expect(try await sockets[0].client.nextText() == "composed")
            try await fixture.expectNothing(for: sockets)
        },
        .init("a session is kept as it is, replaced, and gone with its socket") { fixture in
            let socket = try await fixture.open()
            let client = fixture.client
            #expect(try await client.session(of: socket.id)?.value == [:])
            try await client.setSession(["name": "Ada", "tags": ["a", "b"]], of: socket.id)
            #expect(try await client.session(of: socket.id)?.value == ["name": "Ada", "tags": ["a", "b"]])
            let bytes = ClientSession(bytes: [0, 255, 10, 34])
            try await client.setSession(bytes, of: socket.id)
            #expect(try await client.session(of: socket.id) == bytes)
            try await client.setSession(ClientSession(bytes: []), of: socket.id)
            #expect(try await client.session(of: socket.id)?.value == [:])
            socket.client.close()
            try await eventually(.seconds(20), "the socket is gone") { try await !client.isOnline(socket.id) }
            #expect(try await client.session(of: socket.id) == nil)
            try await client.setSession(["late": true], of: socket.id)
            try await client.mergeSession(["late": true], of: socket.id)
        },
        .init("a session is merged as array_replace_recursive does") { fixture in
            let socket = try await fixture.open()
            let client = fixture.client
            try await client.mergeSession(["a": 1, "list": [1, 2, 3]], of: socket.id)
            try await client.mergeSession(["b": nil, "list": [9], "a": ["deep": true]], of: socket.id)
            let merged: PHPValue = ["a": ["deep": true], "list": [9, 2, 3], "b": nil]
            #expect(try await client.session(of: socket.id)?.value == merged)
        },
        .init("sessions are listed in order of connecting, those of a group in order of joining") { fixture in
            let sockets = try await fixture.open(count: 3, at: 0)
            let client = fixture.client
            for index in [0, 2] { try await client.setSession(["n": .int(Int64(index))], of: sockets[index].id) }
            for index in [2, 1] { try await client.join(sockets[index].id, group: "room") }
            let all = try await client.sessions()
            #expect(all.map(\.client) == sockets.map(\.id))
            #expect(all.map(\.session.value) == [["n": 0], [:], ["n": 2]])
            let some = try await client.sessions(inGroup: "room")
            #expect(some.map(\.client) == [sockets[2].id, sockets[1].id])
            #expect(some.map(\.session.value) == [["n": 2], [:]])
            #expect(try await client.sessions(inGroup: "nowhere").isEmpty)
        },
        .init("a selection tells the fields asked for, of each socket once, in order of the first match") { fixture in
            let sockets = try await fixture.open(count: 5, at: 0)
            let (client, ids) = (fixture.client, sockets.map(\.id))
            for index in [3, 1] { #expect(try await client.bind(uid: "u", to: ids[index])) }
            for index in [4, 3, 2] { try await client.join(ids[index], group: "g") }
            try await client.join(ids[3], group: "7")
            try await client.setSession(["k": 1], of: ids[3])
            let gone = ClientID(gateway: ids[0].gateway, connection: ids[0].connection &+ 1_000_000)
            let union = ClientSelection([], clients: [ids[2], gone], uids: ["u", "nobody"], groups: ["g", "nowhere"])
            #expect(try await client.select(union).map(\.id) == [2, 3, 1, 4].map { ids[$0] })
            let whole = try await client.select(ClientSelection([.uid, .groups, .session], clients: [ids[3]]))
            #expect(whole == [.init(id: ids[3], uid: "u", groups: ["g", "7"], session: ["k": 1])])
            #expect(try await client.select(ClientSelection(.uid, groups: ["7"])) == [.init(id: ids[3], uid: "u")])
            #expect(try await client.select(.all(.groups)).map(\.groups) == [[], [], ["g"], ["g", "7"], ["g"]])
            #expect(try await client.select(ClientSelection([.uid, .session])) == [])
            await expectError(.invalidArgument) { try await client.select(ClientSelection(.uid, uids: ["0"])) }
        },
        .init("a selection of sockets of several gateways is one") { fixture in
            let sockets = try await fixture.open(count: 2 * fixture.urls.count)
            for socket in sockets.dropFirst() { #expect(try await fixture.client.bind(uid: "u", to: socket.id)) }
            let ids = Set(sockets.map(\.id))
            let listed = try await fixture.client.select(ClientSelection([], clients: sockets.map(\.id)))
            #expect(Set(listed.map(\.id)) == ids)
            let mixed = ClientSelection(.uid, clients: [sockets[0].id], uids: ["u"])
            #expect(try await Set(fixture.client.select(mixed).map(\.id)) == ids)
            #expect(try await Set(fixture.client.clients()) == ids)
            #expect(try await fixture.client.clientCount() == ids.count)
        },
        .init("an operation on a client of a gateway nobody knows is refused") { fixture in
            let stranger = ClientID(gateway: GatewayAddress(ipv4: 0x7F00_0063, port: 9), connection: 1)
            await expectError(.unknownGateway) { try await fixture.client.join(stranger, group: "room") }
            await expectError(.unknownGateway) { try await fixture.client.close(stranger) }
            await expectError(.unknownGateway) { try await fixture.client.setSession([:], of: stranger) }
            await expectError(.unknownGateway) { try await fixture.client.session(of: stranger) }
        },
        .init("what one caller changes is seen by what it asks next") { fixture in
            let sockets = try await fixture.open(count: 3)
            for round in 0..<30 {
                let group = "room \(round)"
                for socket in sockets { try await fixture.client.join(socket.id, group: group) }
                #expect(try await fixture.client.clientCount(inGroup: group) == 3)
                try await fixture.client.dissolve(group: group)
                #expect(try await fixture.client.groups() == [])
            }
        },
    ]
}
