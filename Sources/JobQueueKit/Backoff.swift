import PlatformCore

/// How long a job waits after a failure before it is tried again.
public struct Backoff: Sendable, Hashable {
    /// The wait after the first failure.
    public var initial: Duration
    /// What the wait is multiplied with after each further failure.
    public var factor: Double
    /// The longest wait.
    public var limit: Duration
    /// By which part a wait may be longer or shorter at random, so that jobs that failed together do not return together.
    public var jitter: Double

    /// The same wait each time.
    public static func fixed(_ wait: Duration) -> Backoff {
        .init(initial: wait, factor: 1, limit: wait, jitter: 0)
    }

    /// Waits that double (or grow by `factor`) up to a limit, each shifted by up to a fifth at random.
    public static func exponential(
        from initial: Duration = .seconds(1),
        upTo limit: Duration = .seconds(300),
        factor: Double = 2,
        jitter: Double = 0.2
    ) -> Backoff {
        .init(initial: initial, factor: factor, limit: limit, jitter: jitter)
    }

    /// The wait after this many failures (1 or more).
    public func wait(afterFailures failures: Int) -> Duration {
        var wait = Double(initial.bounded.milliseconds)
        let most = Double(limit.bounded.milliseconds)
        for _ in 1..<max(failures, 1) where wait < most { wait *= max(factor, 1) }
        let shift = jitter > 0 ? Double.random(in: -min(jitter, 1)...min(jitter, 1)) : 0
        return .milliseconds(Int64(max(0, min(wait, most) * (1 + shift))))
    }
}

extension Backoff {
    /// Its stored form: four numbers.
    var text: String { self == Self.usual ? Self.usualText : Self.text(of: self) }

    /// The one that most jobs have, spelt once.
    private static let usual = exponential()
    private static let usualText = text(of: usual)

    private static func text(of backoff: Backoff) -> String {
        let (initial, limit) = (backoff.initial.bounded.milliseconds, backoff.limit.bounded.milliseconds)
        return "\(initial) \(backoff.factor) \(limit) \(backoff.jitter)"
    }

    init?(text: String) {
        if text == Self.usualText {
            self = Self.usual
            return
        }
        let parts = text.split(separator: " ")
        guard parts.count == 4, let initial = Int64(parts[0]), let factor = Double(parts[1]),
            let limit = Int64(parts[2]), let jitter = Double(parts[3])
        else { return nil }
        self.init(initial: .milliseconds(initial), factor: factor, limit: .milliseconds(limit), jitter: jitter)
    }
}
