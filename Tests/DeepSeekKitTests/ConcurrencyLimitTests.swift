import DeepSeekKit
import PlatformCore
import TestSupport
import Testing

@Suite struct ConcurrencyLimitTests {
    private typealias Place = ConcurrencyLimit.Place

    private static let later = ContinuousClock.now + .seconds(600)

    private static func places(_ count: Int, of limit: ConcurrencyLimit) async throws -> [Place] {
        var places: [Place] = []
        for _ in 0..<count { places.append(try #require(await limit.place(before: later))) }
        return places
    }

    private static func state(_ limit: Int?, _ running: Int, _ waiting: Int = 0) -> ConcurrencyLimit.State {
        var state = ConcurrencyLimit().state
        (state.limit, state.running, state.waiting) = (limit, running, waiting)
        return state
    }

    // MARK: What it learns

    @Test func `there is no limit until the server refuses, then half of what was under way`() async throws {
        let limit = ConcurrencyLimit(minimum: 1)
        let places = try await Self.places(9, of: limit)
        #expect(limit.state == Self.state(nil, 9))
        #expect(places[0].end(.refused) == 4)
        #expect(limit.state == Self.state(4, 8))
    }

    @Test func `one bad moment halves once`() async throws {
        let limit = ConcurrencyLimit(minimum: 1)
        let places = try await Self.places(16, of: limit)
        #expect(places[0].end(.refused) == 8)
        for place in places.dropFirst() { #expect(place.end(.refused) == nil) }
        #expect(limit.state == Self.state(8, 0))
        let next = try await Self.places(8, of: limit)
        #expect(next[0].end(.refused) == 4)
        #expect(next[1].end(.refused) == nil)
    }

    @Test(arguments: [(1, nil, 1), (8, nil, 8), (8, 5, 5)] as [(Int, Int?, Int)])
    func `it never falls below its least`(_ minimum: Int, _ maximum: Int?, _ least: Int) async throws {
        let limit = ConcurrencyLimit(minimum: minimum, maximum: maximum)
        for _ in 0..<4 { try await Self.places(1, of: limit)[0].end(.refused) }
        #expect(limit.state == Self.state(least, 0))
    }

    @Test func `a limit that others use up is halved from what is used here`() async throws {
        let limit = ConcurrencyLimit(minimum: 1, maximum: 100)
        let places = try await Self.places(6, of: limit)
        #expect(places[0].end(.refused) == 3)
        #expect(limit.state == Self.state(3, 5))
    }

    @Test func `answers raise it by one in as many as it has places, while all are used`() async throws {
        let limit = ConcurrencyLimit(minimum: 1)
        for place in try await Self.places(8, of: limit) { place.end(.refused) }
        #expect(limit.state == Self.state(4, 0))
        for _ in 0..<20 { for place in try await Self.places(3, of: limit) { place.end(.answered) } }
        #expect(limit.state.limit == 4)
        // A little more than four, since the step shrinks as the limit grows: 1/4 + 1/4.25 + …
        var rounds = 0
        while limit.state.limit == 4 {
            let places = try await Self.places(4, of: limit)
            places[0].end(.answered)
            for place in places { place.end(.other) }
            rounds += 1
        }
        #expect(rounds == 5)
        #expect(limit.state.limit == 5)
    }

    @Test func `it never rises above its most`() async throws {
        let limit = ConcurrencyLimit(maximum: 2)
        for _ in 0..<10 { for place in try await Self.places(2, of: limit) { place.end(.answered) } }
        #expect(limit.state == Self.state(2, 0))
    }

    @Test func `other ends teach nothing, and a place that is let go is free`() async throws {
        let limit = ConcurrencyLimit(maximum: 1)
        for _ in 0..<10 { try await Self.places(1, of: limit)[0].end(.other) }
        for _ in 0..<10 { _ = try await Self.places(1, of: limit) }
        #expect(limit.state == Self.state(1, 0))
    }

    @Test func `a place ends once`() async throws {
        let limit = ConcurrencyLimit(minimum: 1)
        let places = try await Self.places(4, of: limit)
        #expect(places[0].end(.refused) == 2)
        #expect(places[0].end(.refused) == nil)
        #expect(limit.state.running == 3)
    }

    // MARK: Who waits

    @Test func `those who wait go in the order in which they came`() async throws {
        let limit = ConcurrencyLimit(maximum: 1)
        let held = try await Self.places(1, of: limit)
        let order = Lock<[Int]>([])
        var tasks: [Task<Void, Never>] = []
        for number in 0..<5 {
            tasks.append(
                Task {
                    let place = await limit.place(before: Self.later)
                    order.withLock { $0.append(number) }
                    place?.end(.answered)
                }
            )
            try await eventually(.seconds(20), "number \(number) waits") { limit.state.waiting == number + 1 }
        }
        held[0].end(.answered)
        for task in tasks { await task.value }
        #expect(order.withLock { $0 } == [0, 1, 2, 3, 4])
        #expect(limit.state == Self.state(1, 0))
    }

    @Test func `a wait that is cancelled ends at once and holds up nobody`() async throws {
        let limit = ConcurrencyLimit(maximum: 1)
        let held = try await Self.places(1, of: limit)
        let first = Task { await limit.place(before: Self.later) != nil }
        try await eventually(.seconds(20), "the first waits") { limit.state.waiting == 1 }
        let second = Task { await limit.place(before: Self.later) != nil }
        try await eventually(.seconds(20), "the second waits") { limit.state.waiting == 2 }
        first.cancel()
        #expect(await first.value == false)
        #expect(limit.state.waiting == 1)
        held[0].end(.other)
        #expect(await second.value)
    }

    @Test func `a wait ends at its deadline`() async throws {
        let limit = ConcurrencyLimit(maximum: 1)
        let held = try await Self.places(1, of: limit)
        #expect(await limit.place(before: .now + .milliseconds(20)) == nil)
        #expect(limit.state == Self.state(1, 1))
        held[0].end(.other)
    }

    @Test func `never more are under way than allowed, and no place is lost`() async throws {
        let limit = ConcurrencyLimit(maximum: 3)
        let running = Lock((now: 0, most: 0))
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<400 {
                let task = Task {
                    let patience: Duration = number % 7 == 0 ? .microseconds(200) : .seconds(600)
                    guard let place = await limit.place(before: .now + patience) else { return }
                    running.withLock { ($0.now, $0.most) = ($0.now + 1, max($0.most, $0.now + 1)) }
                    await Task.yield()
                    running.withLock { $0.now -= 1 }
                    if number % 3 == 0 { place.end(.answered) }
                }
                group.addTask { await task.value }
                if number % 5 == 0 { task.cancel() }
            }
        }
        #expect(running.withLock { $0.most } <= 3)
        #expect(limit.state == Self.state(3, 0))
    }

    // MARK: In a client

    @Test func `clients with one limit take turns, and a stream keeps its place to the end`() async throws {
        let limit = ConcurrencyLimit(maximum: 1)
        let answer = ScriptedTransport.Answer.stream(Chunk.content("x"), Chunk.finish(), Chunk.done)
        let (first, second) = (ScriptedTransport(answer), ScriptedTransport(.page(200, #"{"data":[]}"#), answer))
        let waiting = DeepSeekClient.make(second) { $0.concurrencyLimit = limit }
        var iterator = DeepSeekClient.make(first) { $0.concurrencyLimit = limit }.stream(.make()).makeAsyncIterator()
        #expect(try await iterator.next() == .content("x"))
        let task = Task { await waiting.events().1 }
        try await eventually(.seconds(20), "the second client waits") { limit.state == Self.state(1, 1, 1) }
        #expect(second.requests.isEmpty)
        #expect(try await waiting.models() == [])  // what no model answers does not wait
        while try await iterator.next() != nil {}
        #expect(await task.value == nil)
        #expect(limit.state == Self.state(1, 0))
    }

    @Test func `a stream that is dropped gives its place back`() async throws {
        let limit = ConcurrencyLimit(maximum: 1)
        do {
            let transport = ScriptedTransport(.stream(Chunk.content("x"), Chunk.content("y")))
            var iterator = DeepSeekClient.make(transport) { $0.concurrencyLimit = limit }.stream(.make())
                .makeAsyncIterator()
            _ = try await iterator.next()
            #expect(limit.state.running == 1)
        }
        #expect(limit.state.running == 0)
    }

    @Test(arguments: [429, 503])
    func `a refusal lowers the limit, and the retry waits for its place like all others`(_ status: Int) async throws {
        let limit = ConcurrencyLimit(minimum: 1)
        let held = try await Self.places(5, of: limit)
        let log = EventLog()
        let transport = ScriptedTransport(
            .page(status, "{}"),
            .stream(Chunk.content("x"), Chunk.finish(), Chunk.done)
        )
        let client = DeepSeekClient.make(transport) {
            $0.concurrencyLimit = limit
            $0.onEvent = { log.note($0) }
        }
        let task = Task { await client.events().1 }
        try await eventually(.seconds(20), "the retry waits") { limit.state == Self.state(3, 5, 1) }
        for place in held { place.end(.other) }
        #expect(await task.value == nil)
        #expect(log.lines.map(\.message) == ["slowed down", "retrying", "answer complete"])
        #expect(limit.state == Self.state(3, 0))
    }

    @Test func `waiting for a place is waiting for the first byte`() async throws {
        let limit = ConcurrencyLimit(maximum: 1)
        let held = try await Self.places(1, of: limit)
        let transport = ScriptedTransport()
        let client = DeepSeekClient.make(transport) {
            $0.concurrencyLimit = limit
            $0.firstByteTimeout = .milliseconds(20)
        }
        let (_, error) = await client.events()
        #expect(error?.code == .timedOut(.firstByte))
        #expect(error?.message.hasSuffix("too many requests were under way") == true)
        #expect(error?.attempts == 0)
        #expect(transport.requests.isEmpty)
        held[0].end(.other)
    }

    @Test func `a call that is cancelled while it waits ends at once`() async throws {
        let limit = ConcurrencyLimit(maximum: 1)
        let held = try await Self.places(1, of: limit)
        let client = DeepSeekClient.make(.init()) { $0.concurrencyLimit = limit }
        let task = Task { await client.events().1 }
        try await eventually(.seconds(20), "it waits") { limit.state.waiting == 1 }
        task.cancel()
        #expect(await task.value?.code == .cancelled)
        #expect(limit.state == Self.state(1, 1))
        held[0].end(.other)
    }
}
