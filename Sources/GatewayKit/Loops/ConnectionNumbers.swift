/// The numbers that one loop gives to its connections: each modulo the number of loops is the loop's index.
package struct ConnectionNumbers: Sendable {
    private var next: UInt32
    private let index: UInt32
    private let step: UInt32

    /// Begins at `start`, rounded down; at random, so that a restart does not hand out yesterday's numbers.
    package init(from start: UInt32, loop index: Int, of loops: Int) {
        self.index = UInt32(index)
        step = UInt32(loops)
        let (first, overflow) = (start - start % step).addingReportingOverflow(self.index)
        next = overflow || first == 0 ? self.index + step : first
    }

    /// The next number that is not in use; 0 is never given, and after the last the first comes again.
    package mutating func take(unless isInUse: (UInt32) -> Bool) -> UInt32 {
        while true {
            let number = next
            let (following, overflow) = next.addingReportingOverflow(step)
            next = overflow ? index + step : following
            if !isInUse(number) { return number }
        }
    }
}
