import JobQueueKit
import Testing

@Suite("Contract: order")
struct OrderTests {
    @Test(arguments: Driver.allCases)
    func `jobs come in the order they were pushed`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        for number in 1...30 { try await store.push("\(number)") }
        #expect(try await store.drain() == (1...30).map(String.init))
    }

    @Test(arguments: Driver.allCases)
    func `a lower priority number comes first, negative ones too`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        for priority in [5, 1024, -7, 0, 2_000_000_000, -2_000_000_000] {
            try await store.push("\(priority)", .init(priority: priority))
        }
        #expect(try await store.drain() == ["-2000000000", "-7", "0", "5", "1024", "2000000000"])
    }

    @Test(arguments: Driver.allCases)
    func `a delayed job is not offered early, then by the time it became due`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let store = fixture
        try await store.push("in 60", .init(delay: .seconds(60)))
        try await store.push("in 30", .init(delay: .seconds(30)))
        #expect(try await store.next() == nil)
        #expect(try await store.nextWake() == fixture.clock.now + .seconds(30))
        fixture.clock.advance(by: .seconds(29))
        #expect(try await store.next() == nil)
        fixture.clock.advance(by: .seconds(20))
        try await store.push("at 49")
        fixture.clock.advance(by: .seconds(20))
        #expect(try await store.drain() == ["in 30", "at 49", "in 60"])
        #expect(try await store.nextWake() == nil)
    }

    @Test(arguments: Driver.allCases)
    func `a reservation takes several, and no more than there are`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        for number in 1...5 { try await store.push("\(number)") }
        #expect(try await store.reserve(3).map(\.label) == ["1", "2", "3"])
        #expect(try await store.reserve(3).map(\.label) == ["4", "5"])
        #expect(try await store.reserve(3).isEmpty)
    }

    @Test(arguments: Driver.allCases)
    func `a worker sees its channels only, all of them in one order`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        try await store.push("a1", .init(channel: "a"))
        try await store.push("b1", .init(priority: 1, channel: "b"))
        try await store.push("c1", .init(channel: "../c/ü"))
        try await store.push("a2", .init(priority: 2, channel: "a"))
        #expect(try await store.reserve(9).isEmpty)
        #expect(try await store.reserve(9, from: ["a", "b"]).map(\.label) == ["b1", "a2", "a1"])
        #expect(try await store.reserve(9, from: ["../c/ü"]).map(\.label) == ["c1"])
    }

    @Test(arguments: Driver.allCases)
    func `two workers that race never get the same job`(_ driver: Driver) async throws {
        let fixture = try StoreFixture(driver)
        let stores = [fixture, try fixture.reopened()] as [any JobStore]
        for number in 0..<100 { try await fixture.push("\(number)") }
        let taken = try await withThrowingTaskGroup(of: [String].self) { group in
            for store in stores + stores {
                group.addTask {
                    var labels: [String] = []
                    while true {
                        let jobs = try await store.reserve(3)
                        if jobs.isEmpty { return labels }
                        labels += jobs.map(\.label)
                        _ = try await store.settle(jobs.map { ($0.token, .done) })
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(taken.count == 100)
        #expect(Set(taken).count == 100)
    }

    @Test(arguments: Driver.allCases)
    func `the wake signal is given for each push`(_ driver: Driver) async throws {
        let store = try StoreFixture(driver)
        let seen = store.wake.generation
        try await store.push("job")
        #expect(store.wake.generation > seen)
    }
}
