import GatewayKit
import TestSupport
import Testing

/// Two gateways in one process know nothing of each other.
@Suite struct TwoGatewaysTests {
    @Test func `uids, groups, counts, events and ends are each gateway's own`() async throws {
        let (left, right) = (Side(), Side())
        try await withGateway(right.gateway) { other, otherURL in
            let there = try await GatewayFixture.open(otherURL)
            try await withGateway(left.gateway) { gateway, url in
                let here = try await GatewayFixture.open(url)
                for (side, socket) in [(gateway, here), (other, there)] {
                    #expect(try await side.client.bind(uid: "7", to: socket.id))
                    try await side.client.join(socket.id, group: "room")
                }
                try await gateway.client.send("left", to: .uid("7"))
                try await other.client.send("right", to: .group("room"))
                #expect(try await here.client.nextText() == "left")
                #expect(try await there.client.nextText() == "right")
                #expect(try await gateway.client.clients() == [here.id])
                #expect(try await other.client.clients(ofUid: "7") == [there.id])
                #expect(try await gateway.client.isOnline(there.id) == false)
                #expect(try await other.client.bind(uid: "8", to: here.id) == false)
                #expect(gateway.statistics.messagesSent == 2)
            }
            // The left one has ended; the right one has not noticed.
            await expectError(.stopped) { try await left.gateway.client.send("late", to: .all) }
            try await other.client.send("still here", to: .all)
            #expect(try await there.client.nextText() == "still here")
            #expect(right.stopped.isEmpty)
        }
        #expect(left.stopped.count == 1 && right.stopped.count == 1)
    }

    @Test func `an event in words has the level that swift-log gives it`() {
        let entry = GatewayEvent.registerLost(register: "127.0.0.1:1236", reason: "refused").entry
        #expect(entry.level == "warning")
        #expect(entry.message == "register lost")
        #expect(entry.fields.map(\.name) == ["register", "reason"])
        #expect(entry.fields.map(\.value) == ["127.0.0.1:1236", "refused"])
    }

    /// A gateway and what it told.
    private struct Side {
        let gateway: Gateway
        private let recorder = EventRecorder()

        init() { gateway = Gateway(.init(listen: "127.0.0.1:0", onEvent: recorder.record)) }

        var stopped: [GatewayEvent] { recorder.events.filter { $0 == .stopped } }
    }
}
