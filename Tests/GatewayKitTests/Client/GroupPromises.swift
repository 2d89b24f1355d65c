import GatewayKit
import TestSupport
import Testing

extension GatewayClientPromise {
    /// What is promised of groups.
    static let groups: [GatewayClientPromise] = [
        .init("a group's message reaches its sockets, but for those left out, and no other") { fixture in
            let sockets = try await fixture.open(count: 4)
            for socket in sockets.dropLast() { try await fixture.client.join(socket.id, group: "room") }
            try await fixture.client.send("all of it", to: .group("room"))
            try await fixture.client.send("most of it", to: .group("room", excluding: [sockets[1].id]))
            try await fixture.client.send(.binary([0, 7]), to: .group("room"))
            for (index, socket) in sockets.dropLast().enumerated() {
                #expect(try await socket.client.nextText() == "all of it")
                if index != 1 { #expect(try await socket.client.nextText() == "most of it") }
                #expect(try await socket.client.next() == .binary([0, 7]))
            }
            try await fixture.expectNothing(for: sockets)
        },
        .init("a socket in two of the listed groups receives twice") { fixture in
            let sockets = try await fixture.open(count: 2)
            for socket in sockets { try await fixture.client.join(socket.id, group: "a") }
            try await fixture.client.join(sockets[0].id, group: "b")
            try await fixture.client.send("x", to: .groups(["a", "b", "nowhere"]))
            try await fixture.client.send("y", to: .groups(["b", "b"], excluding: [sockets[1].id]))
            for text in ["x", "x", "y", "y"] { #expect(try await sockets[0].client.nextText() == text) }
            #expect(try await sockets[1].client.nextText() == "x")
            try await fixture.expectNothing(for: sockets)
        },
        .init("joining again changes nothing, leaving ends it, and a group goes with its last socket") { fixture in
            let sockets = try await fixture.open(count: 2)
            let (client, ids) = (fixture.client, sockets.map(\.id))
            for _ in 0..<2 { for id in ids { try await client.join(id, group: "room") } }
            #expect(try await client.clientCount(inGroup: "room") == 2)
            try await client.send("once", to: .group("room"))
            for socket in sockets { #expect(try await socket.client.nextText() == "once") }
            try await client.leave(ids[0], group: "room")
            try await client.leave(ids[0], group: "room")
            #expect(try await client.clients(inGroup: "room") == [ids[1]])
            #expect(try await client.groups() == ["room"])
            try await client.leave(ids[1], group: "room")
            #expect(try await client.groups() == [])
            #expect(try await client.clients(inGroup: "room") == [])
            try await fixture.expectNothing(for: sockets)
        },
        .init("a group that is dissolved has no sockets, and their other groups stay") { fixture in
            let sockets = try await fixture.open(count: 3)
            for socket in sockets {
                try await fixture.client.join(socket.id, group: "doomed")
                try await fixture.client.join(socket.id, group: "kept")
            }
            try await fixture.client.dissolve(group: "doomed")
            #expect(try await fixture.client.groups() == ["kept"])
            #expect(try await fixture.client.clientCounts(inGroups: ["doomed", "kept"]) == [0, 3])
            try await fixture.client.send("x", to: .group("doomed"))
            try await fixture.expectNothing(for: sockets)
        },
        .init("a socket that goes leaves its groups") { fixture in
            let sockets = try await fixture.open(count: 2)
            let client = fixture.client
            for socket in sockets { try await client.join(socket.id, group: "room") }
            try await client.join(sockets[0].id, group: "alone")
            sockets[0].client.close()
            try await eventually(.seconds(20), "it has left") {
                try await client.clientCounts(inGroups: ["room", "alone"]) == [1, 0]
            }
            #expect(try await client.groups() == ["room"])
            #expect(try await client.clients(inGroup: "room") == [sockets[1].id])
        },
        .init("the sockets of a group are listed in order of joining, groups in order of creation") { fixture in
            let sockets = try await fixture.open(count: 4, at: 0)
            let client = fixture.client
            for index in [2, 0, 3, 1] { try await client.join(sockets[index].id, group: "z") }
            for (index, group) in ["a", "7", "b"].enumerated() {
                try await client.join(sockets[index].id, group: group)
            }
            #expect(try await client.clients(inGroup: "z") == [2, 0, 3, 1].map { sockets[$0].id })
            #expect(try await client.groups() == ["z", "a", "7", "b"])
        },
        .init("a group on several gateways is one") { fixture in
            let sockets = try await fixture.open(count: 2 * fixture.urls.count)
            for socket in sockets { try await fixture.client.join(socket.id, group: "room") }
            #expect(try await fixture.client.groups() == ["room"])
            #expect(try await fixture.client.clientCount(inGroup: "room") == sockets.count)
            #expect(try await Set(fixture.client.clients(inGroup: "room")) == Set(sockets.map(\.id)))
        },
        .init("groups are told apart by their bytes") { fixture in
            let sockets = try await fixture.open(count: 2)
            let (composed, decomposed) = ("\u{E9}", "e\u{301}")
            try await fixture.client.join(sockets[0].id, group: composed)
            try await fixture.client.join(sockets[1].id, group: decomposed)
            #expect(try await fixture.client.clients(inGroup: composed) == [sockets[0].id])
            #expect(try await fixture.client.clients(inGroup: decomposed) == [sockets[1].id])
            #expect(try await fixture.client.groups().count == 2)
            #expect(try await fixture.client.clientsByGroup().count == 2)
        },
        .init("sockets and uids are listed and counted, overall and by group") { fixture in
            let sockets = try await fixture.open(count: 5, at: 0)
            let (client, ids) = (fixture.client, sockets.map(\.id))
            for (index, uid) in ["u", "v", "u"].enumerated() {
                #expect(try await client.bind(uid: uid, to: ids[index]))
            }
            for index in [3, 1, 2, 0] { try await client.join(ids[index], group: "g") }
            try await client.join(ids[4], group: "h")
            #expect(try await client.clientCount() == 5)
            #expect(try await client.clients() == ids)
            #expect(try await client.uids() == ["u", "v"])
            #expect(try await client.uidCount() == 2)
            #expect(try await client.uids(inGroup: "g") == ["v", "u"])
            #expect(try await client.uidCount(inGroup: "g") == 2)
            #expect(try await client.uidCount(inGroup: "h") == 0)
            #expect(try await client.clientCounts(inGroups: ["h", "nowhere", "g", "h"]) == [1, 0, 4, 1])
            let byGroup = try await client.clientsByGroup()
            #expect(byGroup.map(\.group) == ["g", "h"])
            #expect(byGroup.map(\.clients) == [[ids[0], ids[1], ids[2], ids[3]], [ids[4]]])
            let uidsByGroup = try await client.uidsByGroup()
            #expect(uidsByGroup.map(\.group) == ["g", "h"])
            #expect(uidsByGroup.map(\.uids) == [["u", "v"], []])
        },
        .init("an empty group and 0 are refused") { fixture in
            let socket = try await fixture.open()
            let client = fixture.client
            for group in ["", "0"] {
                await expectError(.invalidArgument) { try await client.join(socket.id, group: group) }
                await expectError(.invalidArgument) { try await client.leave(socket.id, group: group) }
                await expectError(.invalidArgument) { try await client.dissolve(group: group) }
                await expectError(.invalidArgument) { try await client.send("x", to: .group(group)) }
                await expectError(.invalidArgument) { try await client.clients(inGroup: group) }
                await expectError(.invalidArgument) { try await client.clientCount(inGroup: group) }
            }
        },
    ]
}
