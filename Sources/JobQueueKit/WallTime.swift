import PlatformCore

/// A moment of wall-clock time, in milliseconds since 1970 (UTC).
public struct WallTime: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970.
    public var milliseconds: Int64

    /// The moment this many milliseconds after the beginning of 1970.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// What the machine's clock says.
    public static var now: WallTime { .init(milliseconds: WallClock.system.now()) }

    /// The moment that much later.
    public static func + (time: WallTime, duration: Duration) -> WallTime {
        .init(milliseconds: time.milliseconds + duration.milliseconds)
    }

    /// The time from one moment to another.
    public static func - (end: WallTime, start: WallTime) -> Duration {
        .milliseconds(end.milliseconds - start.milliseconds)
    }

    /// Whether one moment is before another.
    public static func < (left: WallTime, right: WallTime) -> Bool { left.milliseconds < right.milliseconds }
}

extension Duration {
    /// The same, but neither negative nor beyond ten years, which keeps sums of times from overflowing.
    var bounded: Duration { min(max(self, .zero), .tenYears) }

    static let tenYears = Duration.seconds(10 * 365 * 86_400)
}
