import PlatformCore
import ServerCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct EventLoopTests {
    @Test(arguments: PollerKind.allCases)
    func `what is asked of a loop runs on its thread, in order`(kind: PollerKind) async throws {
        let group = try EventLoopGroup(poller: kind, name: "test")
        let loop = group.loops[0]
        let seen = Lock<[Int]>([])
        #expect(!loop.isCurrent)
        for number in 0..<100 {
            loop.execute { seen.withLock { $0.append(loop.isCurrent ? number : -1) } }
        }
        await loop.perform {}
        #expect(seen.withLock { $0 } == Array(0..<100))
        await group.shutdown()
    }

    @Test func `what the loop asks of itself does not overtake its inbox`() async throws {
        let group = try EventLoopGroup(name: "test")
        let loop = group.loops[0]
        let seen = Lock<[String]>([])
        await withCheckedContinuation { continuation in
            loop.execute {
                loop.execute { seen.withLock { $0.append("inner") } }
                seen.withLock { $0.append("outer") }
                loop.execute { continuation.resume() }
            }
        }
        #expect(seen.withLock { $0 } == ["outer", "inner"])
        await group.shutdown()
    }

    @Test(arguments: PollerKind.allCases)
    func `a long inbox lets timers in between, and what it asks of itself later`(kind: PollerKind) async throws {
        let group = try EventLoopGroup(poller: kind, name: "test")
        let loop = group.loops[0]
        let done = Lock(0)
        let seen = Lock<Int?>(nil)
        await loop.perform {
            loop.schedule(after: .milliseconds(1)) { seen.withLock { $0 = done.withLock { $0 } } }
            for _ in 0..<400 {
                loop.execute {
                    let begin = ContinuousClock.now
                    while ContinuousClock.now - begin < .milliseconds(1) {}
                    done.withLock { $0 += 1 }
                }
            }
        }
        await loop.perform {}
        #expect(done.withLock { $0 } == 400)
        let before = try #require(seen.withLock { $0 })
        #expect(before < 400, "the timer ran behind \(before) of 400 items")
        await group.shutdown()
    }

    @Test(arguments: PollerKind.allCases)
    func `timers run in the order of their deadlines, and cancelled ones never`(kind: PollerKind) async throws {
        let group = try EventLoopGroup(poller: kind, name: "test")
        let loop = group.loops[0]
        let seen = Lock<[Int]>([])
        let begin = ContinuousClock.now
        try await within(.seconds(60), "the last timer") {
            await withCheckedContinuation { continuation in
                loop.execute {
                    for delay in [30, 10, 20, 10] {
                        loop.schedule(after: .milliseconds(delay)) { seen.withLock { $0.append(delay) } }
                    }
                    let never = (0..<200).map { _ in
                        loop.schedule(after: .milliseconds(15)) { seen.withLock { $0.append(-1) } }
                    }
                    for timer in never { loop.cancel(timer) }
                    loop.schedule(after: .milliseconds(30)) { continuation.resume() }
                }
            }
        }
        #expect(seen.withLock { $0 } == [10, 10, 20, 30])
        #expect(ContinuousClock.now - begin >= .milliseconds(30))
        await group.shutdown()
    }

    @Test func `a task that prefers a loop stays on it, whatever it calls`() async throws {
        let group = try EventLoopGroup(count: 2, name: "test")
        let (loop, other) = (group.loops[0], group.loops[1])
        let places = await Task(executorPreference: loop) {
            var places = [loop.isCurrent]
            try? await Task.sleep(for: .milliseconds(1))
            places.append(loop.isCurrent)
            await other.perform {}
            places.append(loop.isCurrent)
            async let child = loop.isCurrent
            places.append(await child)
            return places
        }.value
        #expect(places == [true, true, true, true])
        await group.shutdown()
    }

    @Test func `offload leaves the loop and comes back`() async throws {
        let group = try EventLoopGroup(name: "test")
        let loop = group.loops[0]
        let places = await Task(executorPreference: loop) {
            let away = await offload { loop.isCurrent }
            return [away, loop.isCurrent]
        }.value
        #expect(places == [false, true])
        await group.shutdown()
    }

    @Test func `an actor on the loop can be entered from a callback`() async throws {
        let group = try EventLoopGroup(name: "test")
        let loop = group.loops[0]
        let counter = Counter(loop)
        await counter.increase()
        let count = await loop.perform {
            counter.assumeIsolated { counter in
                counter.increase()
                return counter.count
            }
        }
        #expect(count == 2)
        await group.shutdown()
    }

    @Test func `a loop that ended refuses work and still owes late tasks their end`() async throws {
        let group = try EventLoopGroup(name: "test")
        let loop = group.loops[0]
        let ran = Lock(0)
        for _ in 0..<10 { loop.execute { ran.withLock { $0 += 1 } } }
        await group.shutdown()
        #expect(ran.withLock { $0 } == 10)
        #expect(!loop.execute {})
        #expect(await loop.perform { 1 } == nil)
        #expect(await Task(executorPreference: loop) { 1 }.value == 1)
        await group.shutdown()
    }

    @Test func `work at the end of a turn runs once, behind the inbox`() async throws {
        let group = try EventLoopGroup(name: "test")
        let loop = group.loops[0]
        let seen = Lock<[String]>([])
        await withCheckedContinuation { continuation in
            loop.execute {
                loop.atEndOfTurn {
                    seen.withLock { $0.append("end") }
                    continuation.resume()
                }
                loop.execute { seen.withLock { $0.append("inbox") } }
            }
        }
        await loop.perform {}
        #expect(seen.withLock { $0 } == ["inbox", "end"])
        await group.shutdown()
    }

    @Test func `an idle wait for cancellation ends with it`() async throws {
        let task = Task { await untilCancelled() }
        task.cancel()
        try await within(.seconds(60), "the cancelled wait") { await task.value }
    }

    private actor Counter {
        private(set) var count = 0
        private let loop: EventLoop

        init(_ loop: EventLoop) { self.loop = loop }

        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

        func increase() { count += 1 }
    }
}
