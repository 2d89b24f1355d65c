import PlatformCore
import ServerCore
import TestSupport
import Testing

/// What every stream promises, plain or under TLS.
@Suite(.timeLimit(.minutes(5)))
struct ByteStreamTests {
    @Test(arguments: Wire.allCases)
    func `bytes arrive whole and in order, both ways, in pieces of every size`(wire: Wire) async throws {
        let pair = try await StreamPair(wire)
        var expected: [UInt8] = []
        for count in [1, 16_383, 16_384, 16_385, 70_000, 1_000_000] {
            let piece = Self.bytes(count)
            expected += piece
            await pair.client.stream.loop.perform { pair.client.stream.value.write(piece) }
            await pair.server.stream.loop.perform {
                pair.server.stream.value.write(Array(piece[..<(count / 2)]))
                pair.server.stream.value.write(SharedBytes(Array(piece[(count / 2)...])))
            }
        }
        for end in [pair.client, pair.server] {
            let total = expected.count
            try await end.wait("all bytes") { $0.bytes.count == total }
            #expect(end.seen.bytes == expected)
        }
        await pair.shutdown()
    }

    @Test(arguments: Wire.allCases, PollerKind.allCases)
    func `a slow peer gets everything, and the backlog is counted and reported empty`(
        wire: Wire,
        poller: PollerKind
    ) async throws {
        let pair = try await StreamPair(wire, poller: poller)
        let (server, client) = (pair.server, pair.client)
        try await pair.greet()
        await client.stream.loop.perform { client.stream.value.pauseReading() }
        let piece = Self.bytes(100_000)
        await server.stream.loop.perform {
            for _ in 0..<200 { server.stream.value.write(piece) }
        }
        let unsent = await server.stream.loop.perform { server.stream.value.unsent }
        #expect(try #require(unsent) > 1_000_000)
        await server.stream.loop.perform { server.stream.value.write("the end") }
        let drains = server.seen.drains
        #expect(await server.stream.loop.perform { server.stream.value.unsent }.map { $0 > unsent! } == true)
        await client.stream.loop.perform { client.stream.value.resumeReading() }
        try await client.wait("all of it") { $0.bytes.count == 20_000_007 + 2 }
        #expect(client.seen.bytes.suffix(100_007).prefix(100_000).elementsEqual(piece))
        #expect(client.seen.bytes.suffix(7).elementsEqual("the end".utf8))
        try await server.wait("drained") { $0.drains > drains }
        #expect(await server.stream.loop.perform { server.stream.value.unsent } == 0)
        await pair.shutdown()
    }

    @Test(arguments: Wire.allCases)
    func `what is sent now is gone before the turn ends`(wire: Wire) async throws {
        let pair = try await StreamPair(wire)
        let server = pair.server
        try await pair.greet()
        let counts = await server.stream.loop.perform {
            server.stream.value.write("hello")
            let before = server.stream.value.unsent
            server.stream.value.sendNow()
            return [before, server.stream.value.unsent]
        }
        #expect(counts == [5, 0])
        try await pair.client.wait("the text") { $0.text == "hi" + "hello" }
        await pair.shutdown()
    }

    @Test(arguments: Wire.allCases)
    func `a paused stream takes no bytes until it is resumed`(wire: Wire) async throws {
        let pair = try await StreamPair(wire)
        let (server, client) = (pair.server, pair.client)
        try await pair.greet()
        await server.stream.loop.perform { server.stream.value.pauseReading() }
        await client.stream.loop.perform { client.stream.value.write("hello") }
        for _ in 0..<10 { await server.stream.loop.perform {} }
        #expect(server.seen.text == "hi")
        await server.stream.loop.perform { server.stream.value.resumeReading() }
        try await server.wait("the text") { $0.text == "hihello" }
        await pair.shutdown()
    }

    @Test(arguments: Wire.allCases)
    func `what is written before closing arrives, and then the end`(wire: Wire) async throws {
        let pair = try await StreamPair(wire)
        let (server, client) = (pair.server, pair.client)
        await server.stream.loop.perform {
            server.stream.value.write([UInt8](repeating: 65, count: 3_000_000))
            server.stream.value.closeAfterFlush()
            server.stream.value.write("never")
        }
        try await client.wait("the end") { $0.ends == 1 }
        #expect(client.seen.bytes.count == 3_000_000)
        try await server.wait("closed") { $0.end == "closed" }
        try await client.wait("closed") { $0.end == "peerLeft" }
        await pair.shutdown()
    }

    @Test(arguments: Wire.allCases)
    func `a peer that ends its direction is reported once, and closed behind the flush`(wire: Wire) async throws {
        let pair = try await StreamPair(wire)
        let (server, client) = (pair.server, pair.client)
        server.onEnd.withLock { $0 = { server.stream.value.write("bye") } }
        await client.stream.loop.perform {
            client.stream.value.write("hi")
            client.stream.value.closeAfterFlush()
        }
        try await server.wait("closed") { $0.end == "peerLeft" }
        #expect(server.seen.ends == 1)
        #expect(server.seen.text == "hi")
        try await client.wait("closed") { $0.end == "closed" }
        await pair.shutdown()
    }

    @Test(arguments: Wire.allCases)
    func `an abort reaches the peer as a reset`(wire: Wire) async throws {
        let pair = try await StreamPair(wire)
        try await pair.greet()
        await pair.client.stream.loop.perform { pair.client.stream.value.abort() }
        try await pair.server.wait("closed") { $0.end?.hasPrefix("failed") == true }
        try await pair.client.wait("closed") { $0.end == "closed" }
        await pair.shutdown()
    }

    @Test(arguments: Wire.allCases)
    func `a deadline passes within a second of its time, and not before`(wire: Wire) async throws {
        let pair = try await StreamPair(wire)
        let server = pair.server
        try await pair.greet()
        let begin = ContinuousClock.now
        await server.stream.loop.perform { server.stream.value.setDeadline(after: .seconds(1)) }
        try await server.wait("closed") { $0.end == "closed" }
        let elapsed = ContinuousClock.now - begin
        #expect(elapsed > .milliseconds(300) && elapsed < .seconds(20))
        await pair.shutdown()
    }

    @Test(arguments: Wire.allCases)
    func `writing to a peer that is gone closes, and kills nothing`(wire: Wire) async throws {
        let pair = try await StreamPair(wire)
        let server = pair.server
        try await pair.greet()
        await pair.client.stream.loop.perform { pair.client.stream.value.abort() }
        try await eventually(.seconds(20), "closed") {
            await server.stream.loop.perform { server.stream.value.write("x") }
            return server.seen.end != nil
        }
        await server.stream.loop.perform { server.stream.value.write("y") }
        await pair.shutdown()
    }

    @Test(arguments: Wire.allCases)
    func `the end of the loops closes what is open`(wire: Wire) async throws {
        let pair = try await StreamPair(wire)
        try await pair.greet()
        await pair.shutdownServer()
        #expect(pair.server.seen.end == "closed")
        try await pair.client.wait("closed") { $0.end != nil }
        await pair.shutdown()
    }

    private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) } }
}

extension StreamPair {
    /// Has both ends exchange two bytes, after which the connection is as good as old.
    fileprivate func greet() async throws {
        for end in [client, server] { await end.stream.loop.perform { end.stream.value.write("hi") } }
        for end in [client, server] { try await end.wait("the greeting") { $0.text == "hi" } }
    }
}
