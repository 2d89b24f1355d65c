import PlatformCore
import ServerCore
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite(.timeLimit(.minutes(5)))
struct ListenerTests {
    @Test(arguments: [Listener.Distribution.dealt, .sharedPort], PollerKind.allCases)
    func `connections reach the loops`(distribution: Listener.Distribution, kind: PollerKind) async throws {
        let group = try EventLoopGroup(count: 2, poller: kind, name: "test")
        let address = try #require(SocketAddress("127.0.0.1:0"))
        let listener = try Listener(address, loops: group.loops, distribution: distribution)
        let served = Lock<[Int]>([])
        listener.start { connection in
            served.withLock { $0.append(connection.loop.isCurrent ? connection.loop.index : -1) }
            Recorder(connection).stream.value.write("hello")
        }
        #expect(listener.address.port != 0)
        for _ in 0..<6 {
            let client = try await RawClient(listener.address.description)
            #expect(try await client.text(until: "hello") == "hello")
        }
        let loops = served.withLock { $0 }
        #expect(!loops.contains(-1))
        if distribution == .dealt { #expect(loops == [0, 1, 0, 1, 0, 1]) }
        await listener.stop()
        await listener.stop()
        await #expect(throws: SystemError.self) { try await RawClient(listener.address.description) }
        await group.shutdown()
    }

    @Test func `every address means IPv4 too`() async throws {
        let group = try EventLoopGroup(name: "test")
        let listener = try Listener(#require(SocketAddress(":0")), loops: group.loops)
        let peer = Lock("")
        listener.start { connection in
            peer.withLock { $0 = connection.peer.ip }
            Recorder(connection).stream.value.write("hello")
        }
        let client = try await RawClient(listener.address.description)
        #expect(try await client.text(until: "hello") == "hello")
        #expect(peer.withLock { $0 } == "127.0.0.1")
        await group.shutdown()
    }

    @Test(arguments: PollerKind.allCases)
    func `at the limit of a gate, over all listeners, those who come wait until one goes`(kind: PollerKind) async throws
    {
        let group = try EventLoopGroup(count: 2, poller: kind, name: "test")
        let changes = Mailbox<Bool>()
        let gate = ConnectionGate(limit: 2) { isFull, _ in changes.push(isFull) }
        let address = try #require(SocketAddress("127.0.0.1:0"))
        let listeners = try (0..<2).map { _ in try Listener(address, loops: group.loops, gate: gate) }
        let accepted = Mailbox<Recorder>()
        for listener in listeners { listener.start { accepted.push(Recorder($0)) } }
        var clients: [RawClient] = []
        for index in 0..<3 { clients.append(try await RawClient(listeners[index % 2].address.description)) }
        #expect(try await within(.seconds(20), "full") { try await changes.next() })
        #expect(gate.count == 2)
        let first = try await within(.seconds(20), "one") { try await accepted.next() }
        _ = try await within(.seconds(20), "two") { try await accepted.next() }
        #expect(accepted.pending.isEmpty)
        await first.stream.loop.perform { first.stream.value.close() }
        gate.leave()
        _ = try await within(.seconds(20), "the one who waited") { try await accepted.next() }
        while try await within(.seconds(20), "that it goes on is told", { try await changes.next() }) {}
        #expect(gate.count == 2)
        gate.leave()
        gate.leave()
        await gate.wait()
        await group.shutdown()
        withExtendedLifetime(clients) {}
    }

    @Test func `a peer that confirms nothing of what is sent to it fails in the time that is given`() async throws {
        let group = try EventLoopGroup(name: "test")
        let place = try #require(SocketAddress("127.0.0.1:0"))
        let listener = try Listener(place, loops: group.loops, peerTimeout: .seconds(1))
        let accepted = Mailbox<Recorder>()
        listener.start { accepted.push(Recorder($0)) }
        let client = try await RawClient(listener.address.description, receiveBuffer: 4096)
        let recorder = try await within(.seconds(20), "accepted") { try await accepted.next() }
        await recorder.stream.loop.perform { recorder.stream.value.write([UInt8](repeating: 1, count: 8 << 20)) }
        try await recorder.wait("closed") { $0.end?.contains(SystemError.text(of: ETIMEDOUT)) == true }
        withExtendedLifetime(client) {}
        await group.shutdown()
    }

    @Test func `a peer that takes nothing is given up after a time, where that is the rule`() async throws {
        try await withStalledPeer(.end(after: .seconds(1))) { recorder, _ in
            try await recorder.wait("stalled") { $0.end == "stalled" }
        }
    }

    @Test func `a peer that takes nothing but answers the system is waited for, and gets all`() async throws {
        try await withStalledPeer(.wait(asking: .seconds(1))) { recorder, client in
            // Longer than both times; there is no event for nothing happening.
            try await Task.sleep(for: .seconds(4))
            #expect(recorder.seen.end == nil)
            let all = try await client.text(until: ".")
            #expect(all.utf8.count == Self.much + 1)
        }
    }

    #if os(Linux)
    @Test func `a peer that does not even answer the system is given up`() async throws {
        try await withStalledPeer(.wait(asking: .seconds(1))) { recorder, client in
            client.goDeaf()
            try await recorder.wait("stalled") { $0.end == "stalled" }
        }
    }
    #endif

    @Test func `a peer that was dialled and confirms nothing fails in the time that is given`() async throws {
        let group = try EventLoopGroup(name: "test")
        let listener = try Listener(#require(SocketAddress("127.0.0.1:0")), loops: group.loops)
        let accepted = Mailbox<Recorder>()
        listener.start {
            let recorder = Recorder($0)
            recorder.stream.value.pauseReading()
            accepted.push(recorder)
        }
        let dialled = Mailbox<Recorder>()
        let loop = group.loops[0]
        let address = listener.address
        _ = loop.execute {
            StreamConnection.connect(to: address, on: loop, timeout: .seconds(20), peerTimeout: .seconds(1)) { result in
                if case .success(let connection) = result { dialled.push(Recorder(connection)) }
            }
        }
        let peer = try await within(.seconds(20), "accepted") { try await accepted.next() }
        let recorder = try await within(.seconds(20), "connected") { try await dialled.next() }
        await loop.perform { recorder.stream.value.write([UInt8](repeating: 1, count: 16 << 20)) }
        try await recorder.wait("closed") { $0.end?.contains(SystemError.text(of: ETIMEDOUT)) == true }
        withExtendedLifetime(peer) {}
        await group.shutdown()
    }

    @Test func `a port in use is refused with its name`() async throws {
        let group = try EventLoopGroup(name: "test")
        let listener = try Listener(#require(SocketAddress("127.0.0.1:0")), loops: group.loops)
        let error = #expect(throws: SystemError.self) { try Listener(listener.address, loops: group.loops) }
        #expect(error?.description.contains(listener.address.description) == true)
        #expect(error?.code == EADDRINUSE)
        await group.shutdown()
    }

    @Test func `a connect that is refused says so`() async throws {
        let group = try EventLoopGroup(name: "test")
        // Not one that the system chose and takes back: it may give that to somebody else.
        let address = try #require(SocketAddress("127.0.0.1:\(freePort())"))
        let error = await #expect(throws: SystemError.self) {
            try await StreamConnection.connect(to: address, on: group.loops[0], timeout: .seconds(5)) { _ in }
        }
        #expect(error?.code == ECONNREFUSED)
        await group.shutdown()
    }

    @Test func `a connect that nobody answers ends at its time-out`() async throws {
        let group = try EventLoopGroup(name: "test")
        // A listener whose queue is full lets further connects wait.
        let address = try #require(SocketAddress("127.0.0.1:0"))
        let listener = try Listener(address, loops: group.loops, backlog: 0)
        let loop = group.loops[0]
        var code: Int32?
        for _ in 0..<8 where code == nil {
            do {
                let kept = try await StreamConnection.connect(
                    to: listener.address,
                    on: loop,
                    timeout: .milliseconds(300)
                ) {
                    Recorder($0)
                }
                #expect(kept.seen.end == nil)
            } catch {
                code = error.code
            }
        }
        #expect(code == ETIMEDOUT)
        await group.shutdown()
    }

    @Test func `a cancelled connect calls nobody`() async throws {
        let group = try EventLoopGroup(name: "test")
        let loop = group.loops[0]
        let listener = try Listener(#require(SocketAddress("127.0.0.1:0")), loops: group.loops)
        let called = Lock(false)
        await loop.perform {
            let connecting = StreamConnection.connect(to: listener.address, on: loop, timeout: .seconds(5)) { _ in
                called.withLock { $0 = true }
            }
            connecting.cancel()
        }
        for _ in 0..<10 { await loop.perform {} }
        #expect(!called.withLock { $0 })
        await group.shutdown()
    }

    @Test func `out of descriptors a listener rests, goes on, and loses nobody`() async {
        // In a process of its own, since the limit is the process's.
        await #expect(processExitsWith: .success) {
            let group = try EventLoopGroup(name: "test")
            let troubles = Lock<[Int32]>([])
            let listener = try Listener(
                #require(SocketAddress("127.0.0.1:0")),
                loops: group.loops,
                onTrouble: { error in troubles.withLock { $0.append(error.code) } }
            )
            listener.start { connection in Recorder(connection).stream.value.write("hello") }
            let client = try await RawClient(listener.address.description)
            #expect(try await client.text(until: "hello") == "hello")
            // The runtime's own timers take their descriptors while there are some.
            try await Task.sleep(for: .milliseconds(1))
            let spare = try RecordPair().ours
            var taken = [dup(spare)]
            var limit = rlimit(rlim_cur: rlim_t(taken[0] + 16), rlim_max: rlim_t(taken[0] + 16))
            #expect(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            while true {
                let descriptor = dup(spare)
                if descriptor < 0 { break }
                taken.append(descriptor)
            }
            close(taken.removeLast())
            let second = try await RawClient(listener.address.description)
            // Without the runtime's timers, which would want a descriptor: for at most a minute.
            for _ in 0..<6000 where !troubles.withLock({ $0.contains(EMFILE) }) { usleep(10_000) }
            #expect(troubles.withLock { $0.contains(EMFILE) })
            #expect(troubles.withLock { $0.count } < 50)  // a listener that spins fails thousands of times
            for descriptor in taken { close(descriptor) }
            #expect(try await second.text(until: "hello") == "hello")
            await group.shutdown()
        }
    }

    // MARK: -

    /// More than the system takes for a peer that reads nothing.
    private static let much = 16 << 20

    /// Runs `body` with a connection to which that much and a "." is written, and its peer, which has not read yet.
    private func withStalledPeer(
        _ stall: StallRule,
        _ body: (_ recorder: Recorder, _ client: RawClient) async throws -> Void
    ) async throws {
        let group = try EventLoopGroup(name: "test")
        let place = try #require(SocketAddress("127.0.0.1:0"))
        let listener = try Listener(place, loops: group.loops, peerTimeout: .seconds(2), stall: stall)
        let accepted = Mailbox<Recorder>()
        listener.start { accepted.push(Recorder($0)) }
        let client = try await RawClient(listener.address.description, receiveBuffer: 4096)
        let recorder = try await within(.seconds(20), "accepted") { try await accepted.next() }
        await recorder.stream.loop.perform {
            recorder.stream.value.write([UInt8](repeating: UInt8(ascii: "a"), count: Self.much))
            recorder.stream.value.write(".")
        }
        try await body(recorder, client)
        await group.shutdown()
    }
}
