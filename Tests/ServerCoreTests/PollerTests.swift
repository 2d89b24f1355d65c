import PlatformCore
import ServerCore
import TestSupport
import Testing

/// Both pollers keep the same promises.
@Suite(.timeLimit(.minutes(5)))
struct PollerTests {
    @Test(arguments: PollerKind.allCases)
    func `what is readable is reported until it is read`(kind: PollerKind) throws {
        let poller = try kind.make()
        let pair = try RecordPair()
        try poller.add(pair.ours, .readable, registration: 7)
        var events: [PollerEvent] = []
        poller.wait(.zero, into: &events)
        #expect(events.isEmpty)
        pair.push("x")
        for _ in 0..<2 {
            poller.wait(.seconds(10), into: &events)
            #expect(events == [PollerEvent(registration: 7, readiness: .readable)])
        }
    }

    @Test(arguments: PollerKind.allCases)
    func `interest can change and end`(kind: PollerKind) throws {
        let poller = try kind.make()
        let pair = try RecordPair()
        pair.push("x")
        var events: [PollerEvent] = []
        try poller.add(pair.ours, [.readable, .writable], registration: 7)
        poller.wait(.seconds(10), into: &events)
        #expect(events == [PollerEvent(registration: 7, readiness: [.readable, .writable])])
        poller.modify(pair.ours, .writable, registration: 7)
        poller.wait(.seconds(10), into: &events)
        #expect(events == [PollerEvent(registration: 7, readiness: .writable)])
        poller.modify(pair.ours, [], registration: 7)
        poller.wait(.zero, into: &events)
        #expect(events.isEmpty)
        poller.remove(pair.ours)
        pair.closeTheirs()
        poller.wait(.zero, into: &events)
        #expect(events.isEmpty)
    }

    @Test(arguments: PollerKind.allCases)
    func `a lost peer is reported without being asked for`(kind: PollerKind) throws {
        let poller = try kind.make()
        let pair = try RecordPair()
        try poller.add(pair.ours, [], registration: 7)
        pair.closeTheirs()
        var events: [PollerEvent] = []
        poller.wait(.seconds(10), into: &events)
        #expect(events.count == 1 && events.first?.readiness.contains(.broken) == true)
    }

    @Test(arguments: PollerKind.allCases)
    func `a descriptor that left does not disturb the others`(kind: PollerKind) throws {
        let poller = try kind.make()
        let pairs = try (0..<4).map { _ in try RecordPair() }
        for (index, pair) in pairs.enumerated() {
            try poller.add(pair.ours, .readable, registration: UInt64(index))
            pair.push("x")
        }
        poller.remove(pairs[1].ours)
        var events: [PollerEvent] = []
        poller.wait(.seconds(10), into: &events)
        #expect(Set(events.map(\.registration)) == [0, 2, 3])
    }

    @Test(arguments: PollerKind.allCases)
    func `a wake before or during the wait ends it, once`(kind: PollerKind) throws {
        let poller = try kind.make()
        var events: [PollerEvent] = []
        poller.wake()
        poller.wake()
        poller.wait(.seconds(60), into: &events)
        #expect(events.isEmpty)
        let begin = ContinuousClock.now
        poller.wait(.milliseconds(20), into: &events)
        #expect(ContinuousClock.now - begin >= .milliseconds(20))
    }
}
