import PlatformCore
import ServerCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct StreamConnectionTests {
    @Test(arguments: PollerKind.allCases)
    func `many writes of one turn are one system call`(kind: PollerKind) async throws {
        let (group, loop) = try make(kind)
        let pair = try RecordPair()
        let recorder = try await adopt(pair, on: loop)
        await loop.perform {
            for number in 0..<100 { recorder.stream.value.write("\(number % 10)") }
            loop.execute { recorder.stream.value.write("+") }
        }
        try await recorder.wait("drained") { $0.drains == 1 }
        #expect(pair.pull() == String(repeating: "0123456789", count: 10) + "+")
        #expect(pair.pull() == nil)
        await group.shutdown()
    }

    @Test func `shared bytes reach many connections whole and in order`() async throws {
        let (group, loop) = try make()
        let pairs = try (0..<20).map { _ in try RecordPair() }
        var recorders: [Recorder] = []
        for pair in pairs { recorders.append(try await adopt(pair, on: loop)) }
        let all = recorders
        await loop.perform {
            for number in 0..<5 {
                let message = SharedBytes(Array("<\(number)>".utf8))
                for (index, recorder) in all.enumerated() {
                    recorder.stream.value.write(message)
                    if index % 3 == number { recorder.stream.value.write("own") }
                }
            }
        }
        for (index, pair) in pairs.enumerated() {
            let expected = (0..<5).map { "<\($0)>" + (index % 3 == $0 ? "own" : "") }.joined()
            try await all[index].wait("drained") { $0.drains == 1 }
            #expect(pair.pull() == expected)
        }
        await group.shutdown()
    }

    @Test(arguments: PollerKind.allCases)
    func `a slow peer gets everything, and the backlog is counted and reported empty`(kind: PollerKind) async throws {
        let (group, loop) = try make(kind)
        let (recorder, client) = try await connect(on: loop)
        let piece = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        await loop.perform {
            for _ in 0..<200 { recorder.stream.value.write(piece) }
        }
        let unsent = await loop.perform { recorder.stream.value.unsent }
        #expect(try #require(unsent) > 0)
        await loop.perform { recorder.stream.value.write("the end") }
        let received = try await client.read { $0.count == 20_000_007 }
        #expect(received.count == 20_000_007)
        #expect(received[19_900_000..<20_000_000].elementsEqual(piece))
        #expect(received.suffix(7).elementsEqual("the end".utf8))
        try await recorder.wait("drained") { $0.drains > 0 }
        #expect(await loop.perform { recorder.stream.value.unsent } == 0)
        await group.shutdown()
    }

    @Test func `a paused connection takes no bytes until it is resumed`() async throws {
        let (group, loop) = try make()
        let pair = try RecordPair()
        let recorder = try await adopt(pair, on: loop)
        await loop.perform { recorder.stream.value.pauseReading() }
        pair.push("hello")
        for _ in 0..<10 { await loop.perform {} }
        #expect(recorder.seen.text.isEmpty)
        await loop.perform { recorder.stream.value.resumeReading() }
        try await recorder.wait("the text") { $0.text == "hello" }
        await group.shutdown()
    }

    @Test(arguments: PollerKind.allCases)
    func `an event for a closed socket does not reach the one that got its place`(kind: PollerKind) async throws {
        let (group, loop) = try make(kind)
        let (first, second) = (try RecordPair(), try RecordPair())
        let recorders = [try await adopt(first, on: loop), try await adopt(second, on: loop)]
        let third = Lock<(pair: RecordPair, recorder: Recorder)?>(nil)
        // Whichever of the two is reported first closes both and lets a third take a place with the loop.
        for recorder in recorders {
            recorder.onText.withLock {
                $0 = {
                    for recorder in recorders { recorder.stream.value.close() }
                    guard third.withLock({ $0 == nil }), let pair = try? RecordPair() else { return }
                    third.withLock { $0 = (pair, Recorder(pair, on: loop)) }
                }
            }
        }
        await loop.perform {
            first.push("1")
            second.push("2")
        }
        for recorder in recorders { try await recorder.wait("closed") { $0.end != nil } }
        let (pair, recorder) = try #require(third.withLock { $0 })
        pair.push("mine")
        try await recorder.wait("its own text") { $0.text == "mine" }
        #expect(recorders.map(\.seen.text).joined().count == 1)
        await group.shutdown()
    }

    @Test func `what is written before closing arrives, and then the end`() async throws {
        let (group, loop) = try make()
        let (recorder, client) = try await connect(on: loop)
        await loop.perform {
            recorder.stream.value.write([UInt8](repeating: 65, count: 3_000_000))
            recorder.stream.value.closeAfterFlush()
            recorder.stream.value.write("never")
        }
        #expect(try await client.read().count == 3_000_000)
        client.endWriting()
        try await recorder.wait("closed") { $0.end == "closed" }
        await group.shutdown()
    }

    @Test func `a reset by the peer closes the connection with the system's reason`() async throws {
        let (group, loop) = try make()
        let listener = try Listener(#require(SocketAddress("127.0.0.1:0")), loops: [loop])
        let accepted = Lock<Recorder?>(nil)
        listener.start { connection in accepted.withLock { $0 = Recorder(connection) } }
        let dialled = try await StreamConnection.connect(to: listener.address, on: loop, timeout: .seconds(5)) {
            Recorder($0)
        }
        try await eventually(.seconds(60), "accepted") { accepted.withLock { $0 != nil } }
        await loop.perform { dialled.stream.value.abort() }
        let recorder = try #require(accepted.withLock { $0 })
        try await recorder.wait("closed") { $0.end?.hasPrefix("failed") == true }
        try await dialled.wait("closed") { $0.end == "closed" }
        await group.shutdown()
    }

    @Test func `writing to a peer that is gone closes, and kills nothing`() async throws {
        let (group, loop) = try make()
        let pair = try RecordPair()
        let recorder = try await adopt(pair, on: loop)
        await loop.perform {
            pair.closeTheirs()
            recorder.stream.value.write("x")
        }
        try await recorder.wait("closed") { $0.end != nil }
        await loop.perform { recorder.stream.value.write("y") }
        await group.shutdown()
    }

    @Test func `a peer that ends its direction is reported once, and closed behind the flush`() async throws {
        let (group, loop) = try make()
        let (recorder, client) = try await connect(on: loop)
        recorder.onEnd.withLock { $0 = { recorder.stream.value.write("bye") } }
        client.endWriting()
        #expect(try await client.text() == "bye")
        try await recorder.wait("closed") { $0.end == "peerLeft" }
        #expect(recorder.seen.ends == 1)
        await group.shutdown()
    }

    @Test func `a deadline passes within a second of its time`() async throws {
        let (group, loop) = try make()
        let (recorder, _client) = try await connect(on: loop)
        let begin = ContinuousClock.now
        await loop.perform { recorder.stream.value.setDeadline(after: .seconds(1)) }
        try await recorder.wait("closed") { $0.end == "closed" }
        let elapsed = ContinuousClock.now - begin
        #expect(elapsed > .milliseconds(300) && elapsed < .seconds(20))
        withExtendedLifetime(_client) {}
        await group.shutdown()
    }

    @Test func `the end of the loops closes what is open`() async throws {
        let (group, loop) = try make()
        let (recorder, client) = try await connect(on: loop)
        await group.shutdown()
        #expect(recorder.seen.end == "closed")
        #expect(try await client.read().isEmpty)
    }

    private func make(_ kind: PollerKind = .platformDefault) throws -> (EventLoopGroup, EventLoop) {
        let group = try EventLoopGroup(poller: kind, name: "test")
        return (group, group.loops[0])
    }

    private func adopt(_ pair: RecordPair, on loop: EventLoop) async throws -> Recorder {
        try #require(await loop.perform { Recorder(pair, on: loop) })
    }

    private func connect(on loop: EventLoop) async throws -> (Recorder, RawClient) {
        let listener = try Listener(#require(SocketAddress("127.0.0.1:0")), loops: [loop])
        let accepted = Lock<Recorder?>(nil)
        listener.start { connection in accepted.withLock { $0 = Recorder(connection) } }
        let client = try await RawClient(listener.address.description)
        try await eventually(.seconds(60), "accepted") { accepted.withLock { $0 != nil } }
        await listener.stop()
        return (try #require(accepted.withLock { $0 }), client)
    }
}
