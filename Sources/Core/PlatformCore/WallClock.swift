#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Wall-clock time in whole milliseconds since 1970 (UTC): what is stored or sent.
///
/// Time-outs and intervals use `Clock<Duration>`; this one may jump when the machine's clock is set.
package struct WallClock: Sendable {
    private let read: @Sendable () -> Int64

    /// A clock of the caller's, for tests.
    package init(_ milliseconds: @escaping @Sendable () -> Int64) {
        read = milliseconds
    }

    /// Milliseconds since 1970.
    package func now() -> Int64 { read() }

    /// The system's clock.
    package static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension Duration {
    /// Whole milliseconds, rounded toward zero.
    package var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
