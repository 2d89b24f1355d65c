import JobQueueKit
import Testing

@Suite("Contract: what is kept")
struct PayloadTests {
    @Test(arguments: Driver.allCases)
    func `payloads come back byte by byte, empty, large and of any bytes`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        let payloads: [[UInt8]] = [
            [], [0], Array("grüße 🦅\n\u{0}".utf8), [UInt8](repeating: 0xA7, count: 2_000_000),
        ]
        for payload in payloads { _ = try await store.push([NewJob(name: "näme/🦅", payload: payload)]) }
        let jobs = try await store.reserve(9)
        #expect(jobs.map(\.payload) == payloads)
        #expect(jobs.allSatisfy { $0.name == "näme/🦅" })
    }

    @Test(arguments: Driver.allCases)
    func `options come back as they were given`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let long = String(repeating: "ü", count: 90)
        let options = PushOptions(
            priority: -3,
            ttr: .milliseconds(1234),
            attempts: 7,
            backoff: .exponential(from: .milliseconds(50), upTo: .seconds(9), factor: 3, jitter: 0.5),
            uniqueKey: long,
            partition: long,
            channel: Channel(long)
        )
        try await fixture.push("job", options)
        let job = try #require(try await fixture.reserve(from: [Channel(long)]).first)
        #expect(job.options.priority == -3)
        #expect(job.options.ttr == .milliseconds(1234))
        #expect(job.options.attempts == 7)
        #expect(job.options.backoff == options.backoff)
        #expect(job.options.uniqueKey == long)
        #expect(job.options.partition == long)
        #expect(job.options.channel == Channel(long))
        #expect(job.pushedAt == fixture.clock.now)
    }

    @Test(arguments: Driver.allCases)
    func `the statistics count each job where it is`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        for _ in 0..<3 { try await store.push("waits", .init(partition: "p")) }
        try await store.push("late", .init(delay: .seconds(1)))
        _ = try await store.next()
        #expect(try await store.statistics() == QueueStatistics(waiting: 2, delayed: 1, reserved: 1))
    }

    @Test(arguments: Driver.allCases)
    func `nothing is pushed, reserved or settled without harm`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        #expect(try await store.push([]).isEmpty)
        #expect(try await store.reserve(5).isEmpty)
        #expect(try await store.settle([]).isEmpty)
        #expect(try await store.extend([], by: .seconds(1)).isEmpty)
        let unknown = Reservation.Token(id: JobID("../nobody"), fence: 1)
        #expect(try await store.settle([(unknown, .done)]) == [false])
        #expect(try await store.extend([unknown], by: .seconds(1)) == [false])
    }
}
