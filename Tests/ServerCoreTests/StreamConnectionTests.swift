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

    @Test func `a peer that ends its direction may still read what is written to it`() async throws {
        let (group, loop) = try make()
        let listener = try Listener(#require(SocketAddress("127.0.0.1:0")), loops: [loop])
        listener.start { connection in
            let recorder = Recorder(connection)
            recorder.onEnd.withLock { $0 = { recorder.stream.value.write("bye") } }
        }
        let client = try await RawClient(listener.address.description)
        client.endWriting()
        #expect(try await client.text() == "bye")
        await group.shutdown()
    }

    private func make(_ kind: PollerKind = .platformDefault) throws -> (EventLoopGroup, EventLoop) {
        let group = try EventLoopGroup(poller: kind, name: "test")
        return (group, group.loops[0])
    }

    private func adopt(_ pair: RecordPair, on loop: EventLoop) async throws -> Recorder {
        try #require(await loop.perform { Recorder(pair, on: loop) })
    }
}
