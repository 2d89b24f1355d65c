/// How many events of one kind are told: ten a second, so that a crowd of strangers does not become a flood of lines.
struct EventQuota {
    private static let perSecond = 10

    private var since: ContinuousClock.Instant?
    private var told = 0
    private var untold = 0

    /// Whether an event is told; if so, with how many were not since the last one that was.
    mutating func admits(at now: ContinuousClock.Instant) -> Int? {
        if since.map({ now - $0 >= .seconds(1) }) ?? true {
            since = now
            told = 0
        }
        guard told < Self.perSecond else {
            untold += 1
            return nil
        }
        told += 1
        defer { untold = 0 }
        return untold
    }

    /// The reason of an event that is told, with what is to be said of the others.
    mutating func reason(_ reason: String, at now: ContinuousClock.Instant) -> String? {
        admits(at: now).map { $0 == 0 ? reason : "\(reason) (and \($0) more since)" }
    }
}
