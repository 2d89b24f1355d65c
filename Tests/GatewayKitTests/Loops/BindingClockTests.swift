import GatewayKit
import Testing

struct BindingClockTests {
    @Test func `bindings end in the order in which they were made, each after its lifetime`() {
        let start = ContinuousClock.now
        var clock = BindingClock(lifetime: .seconds(10))
        let isFirst = (0..<3).map { clock.note($0, serial: UInt64($0), now: start + .seconds(Int($0))) }
        #expect(isFirst == [true, false, false])
        #expect(clock.nextDeadline == start + .seconds(10))
        let none = clock.takeDue(at: start + .seconds(9)).map(\.connection)
        let two = clock.takeDue(at: start + .seconds(11)).map(\.connection)
        #expect(none == [] && two == [0, 1])
        #expect(clock.nextDeadline == start + .seconds(12))
        let last = clock.takeDue(at: start + .seconds(12)).map(\.serial)
        #expect(last == [2] && clock.nextDeadline == nil)
        _ = clock.note(7, serial: 7, now: start)
        _ = clock.note(8, serial: 8, now: start)
        clock.forget { $0.serial == 7 }
        #expect(clock.count == 1)
        let left = clock.takeDue(at: start + .seconds(10)).map(\.serial)
        #expect(left == [8])
        let isFirstAgain = clock.note(9, serial: 9, now: start)
        #expect(isFirstAgain)
    }
}
