import GatewayKit
import Testing

struct ConnectionNumbersTests {
    @Test(arguments: [1, 2, 3, 7], [1, 5, 1000, UInt32.max - 3, UInt32.max])
    func `a number modulo the loops is the loop, also around the end, and never 0`(loops: Int, start: UInt32) {
        for loop in 0..<loops {
            var numbers = ConnectionNumbers(from: start, loop: loop, of: loops)
            var seen: Set<UInt32> = []
            for _ in 0..<20 {
                let number = numbers.take { _ in false }
                #expect(number % UInt32(loops) == UInt32(loop) && number != 0)
                seen.insert(number)
            }
            #expect(seen.count == 20)
        }
    }

    @Test func `numbers in use are passed over`() {
        var numbers = ConnectionNumbers(from: 10, loop: 0, of: 1)
        let number = numbers.take { [10, 11].contains($0) }
        #expect(number == 12)
    }
}
