#if os(Linux)
/// Counts of durations, each kept to within 1.6 %.
///
/// 64 buckets for each power of two; adding costs a nanosecond and allocates nothing.
final class Histogram {
    private static let buckets = 64 * 40
    private let counts: UnsafeMutablePointer<Int>

    init() {
        counts = .allocate(capacity: Self.buckets)
        counts.initialize(repeating: 0, count: Self.buckets)
    }

    deinit { counts.deallocate() }

    /// How many there are.
    var total: Int { (0..<Self.buckets).reduce(0) { $0 + counts[$1] } }

    /// Adds a duration, as often as it occurred.
    func add(_ nanoseconds: UInt64, count: Int = 1) {
        counts[min(Self.bucket(of: nanoseconds), Self.buckets - 1)] += count
    }

    /// Adds all that another one counted.
    func add(_ other: Histogram) {
        for bucket in 0..<Self.buckets { counts[bucket] += other.counts[bucket] }
    }

    /// The duration that a share of all does not exceed, in microseconds; nil if there are none.
    func percentile(_ percent: Double) -> Double? {
        let total = total
        guard total > 0 else { return nil }
        var left = max(1, Int((Double(total) * percent / 100).rounded(.up)))
        for bucket in 0..<Self.buckets {
            left -= counts[bucket]
            if left <= 0 { return Double(Self.upperBound(of: bucket)) / 1000 }
        }
        return nil
    }

    private static func bucket(of value: UInt64) -> Int {
        guard value >= 64 else { return Int(value) }
        let shift = 57 - value.leadingZeroBitCount
        return (shift + 1) * 64 + Int(value >> UInt64(shift)) - 64
    }

    private static func upperBound(of bucket: Int) -> UInt64 {
        guard bucket >= 64 else { return UInt64(bucket) }
        let shift = UInt64(bucket / 64 - 1)
        return (UInt64(64 + bucket % 64) + 1) << shift - 1
    }
}
#endif
