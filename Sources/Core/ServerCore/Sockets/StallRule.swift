/// What becomes of a peer that takes no byte while some wait for it.
package struct StallRule: Sendable {
    /// Its connection ends after 30 s: browsers, and whoever else may be slow on purpose.
    package static let ordinary = end(after: StreamConnection.stallLimit)
    /// It may take its time for as long as its system answers ours: a process that computes for minutes and reads nothing.
    package static let patient = wait(asking: StreamConnection.stallLimit)

    /// In whole seconds, so that a connection keeps it in a byte.
    let seconds: UInt8
    /// Whether only a peer that does not answer is given up.
    let isPatient: Bool

    /// Its connection ends after this time.
    package static func end(after limit: Duration) -> StallRule { StallRule(limit, isPatient: false) }

    /// Each time it has taken nothing for this long, the system is asked whether the peer still answers.
    package static func wait(asking interval: Duration) -> StallRule { StallRule(interval, isPatient: true) }

    private init(_ duration: Duration, isPatient: Bool) {
        let (seconds, attoseconds) = duration.components
        self.seconds = UInt8(clamping: max(1, seconds + (attoseconds > 0 ? 1 : 0)))
        self.isPatient = isPatient
    }

    var duration: Duration { .seconds(Int64(seconds)) }
}
