import GatewayKit
import Testing

@Suite struct WorkerRosterTests {
    @Test func `clients go to the worker that has the fewest, the first of equals`() {
        var roster = WorkerRoster()
        #expect(roster.seat(of: 1) == nil)
        let (first, second) = (roster.enter("a"), roster.enter("b"))
        #expect([1, 2, 3, 4].map { roster.seat(of: $0) } == [first, second, first, second])
        roster.forget(2)
        roster.forget(4)
        #expect([5, 6].map { roster.seat(of: $0) } == [second, second])
        let third = roster.enter("c")
        #expect([7, 8].map { roster.seat(of: $0) } == [third, third])
    }

    @Test func `a client stays with its worker while that is connected`() {
        var roster = WorkerRoster()
        let (first, second) = (roster.enter("a"), roster.enter("b"))
        #expect(roster.seat(of: 1) == first)
        roster.forget(2)
        #expect([1, 1].map { roster.seat(of: $0) } == [first, first])
        roster.leave(seat: first)
        #expect(roster.seat(of: 1) == second)
        #expect(roster.enter("a") == first)
        #expect(roster.seat(of: 1) == second)
        #expect(roster.seat(of: 3) == first)
    }

    @Test func `a worker that comes back finds the clients that nobody else was given`() {
        var roster = WorkerRoster()
        let seat = roster.enter("a")
        #expect(roster.seat(of: 1) == seat)
        roster.leave(seat: seat)
        #expect(roster.seat(of: 1) == nil)
        #expect(roster.count == 0)
        #expect(roster.enter("a") == seat)
        #expect(roster.seat(of: 1) == seat)
    }

    @Test func `seats follow workers and not their past`() {
        var roster = WorkerRoster()
        for number in 0..<100 {
            let seat = roster.enter("worker \(number)")
            #expect(seat == 0)
            #expect(roster.seat(of: 1) == 0)
            roster.forget(1)
            roster.leave(seat: seat)
        }
    }
}
