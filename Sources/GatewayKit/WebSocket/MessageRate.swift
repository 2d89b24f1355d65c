/// How fast a client's messages may come: a token bucket, kept as one number per client (GCRA).
///
/// The number is the time at which the bucket would be full again. Times are in any unit, the loop's ticks for example.
package struct MessageRate: Sendable {
    /// The time that one message takes up.
    private let period: Int64
    /// How far ahead of the time a client may be.
    private let tolerance: Int64

    /// - Parameters:
    ///   - perSecond: How many messages a second are taken in the long run; nil: any number.
    ///   - burst: How many are taken at once after a rest.
    ///   - second: How long a second is.
    package init(perSecond: Int?, burst: Int, second: Int64) {
        guard let perSecond else {
            (period, tolerance) = (0, .max)
            return
        }
        period = max(1, second / Int64(perSecond))
        tolerance = period.multipliedReportingOverflow(by: Int64(burst)).overflow ? .max : period * Int64(burst)
    }

    /// Takes a message that comes now; false if it comes too early.
    @inline(__always)
    package func admits(_ full: inout Int64, at now: Int64) -> Bool {
        let next = max(full, now) &+ period
        guard next &- now <= tolerance else { return false }
        full = next
        return true
    }
}
