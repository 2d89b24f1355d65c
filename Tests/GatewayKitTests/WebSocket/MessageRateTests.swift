import GatewayKit
import Testing

struct MessageRateTests {
    @Test func `after a rest a burst is taken, then one message per period`() {
        let rate = MessageRate(perSecond: 10, burst: 3, second: 1000)
        var full: Int64 = 0
        let atOnce = (0..<5).map { _ in rate.admits(&full, at: 5000) }
        #expect(atOnce == [true, true, true, false, false])
        #expect(!rate.admits(&full, at: 5099))
        #expect(rate.admits(&full, at: 5100))
        #expect(!rate.admits(&full, at: 5100))
        let afterRest = (0..<4).map { _ in rate.admits(&full, at: 9000) }
        #expect(afterRest == [true, true, true, false])
    }

    @Test func `without a limit everything is taken`() {
        let rate = MessageRate(perSecond: nil, burst: 1, second: 1000)
        var full: Int64 = 0
        for _ in 0..<1000 { #expect(rate.admits(&full, at: 0)) }
    }
}
