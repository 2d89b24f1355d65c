/// Where a job is and how far it has come.
public struct JobStatus: Sendable, Hashable {
    /// Where a job that its store holds can be.
    public enum State: String, Sendable, Hashable {
        /// Ready to run, or in line behind another job of its partition.
        case waiting
        /// Not yet due: delayed, snoozed, or between two tries.
        case delayed
        /// Being run.
        case reserved
        /// Given up and kept.
        case failed
    }

    /// Its identity.
    public var id: JobID
    /// Its name.
    public var name: String
    /// Its channel.
    public var channel: Channel
    /// Where it is.
    public var state: State
    /// What its run reported last; nil if none did.
    public var progress: JobProgress?

    /// A status of a store's own.
    public init(id: JobID, name: String, channel: Channel, state: State, progress: JobProgress? = nil) {
        self.id = id
        self.name = name
        self.channel = channel
        self.state = state
        self.progress = progress
    }
}

/// How far a run has come, by its own word.
public struct JobProgress: Sendable, Hashable {
    /// From 0 to 1.
    public let fraction: Double
    /// What it does just now; cut to 180 bytes.
    public let note: String

    /// A report; the fraction is brought into its bounds.
    public init(_ fraction: Double, note: String = "") {
        self.fraction = fraction.isNaN ? 0 : min(max(fraction, 0), 1)
        var note = note.replacing("\0", with: "")
        while note.utf8.count > 180 { note.removeLast() }
        self.note = note
    }
}

extension JobProgress {
    /// Its stored form: the fraction, a space, the note.
    var text: String { "\(fraction) \(note)" }

    init?(text: String) {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let fraction = Double(parts[0]) else { return nil }
        self.init(fraction, note: String(parts[1]))
    }
}
