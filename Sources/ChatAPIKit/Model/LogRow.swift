/// What a row of a reply's log tells.
public enum LogKind: String, Sendable, Hashable, CaseIterable {
    /// The first attempt began.
    case started
    /// A later attempt began, or an ended log was folded: what was shown of the reply is replaced.
    case reset
    /// A piece of the answer.
    case content
    /// A piece of the model's thinking.
    case reasoning
    /// The model ended the reply.
    case finished
    /// The user ended the reply.
    case stopped
    /// The reply was given up.
    case failed

    /// Whether the row carries a piece of text rather than an event.
    public var isText: Bool { self == .content || self == .reasoning }
}

/// One numbered row of a reply's log.
///
/// Numbers start at 1, are issued without gaps and never restart; rows of an attempt that was replaced are deleted, so
/// a log that is read may have holes.
public struct LogRow: Sendable, Hashable {
    /// Its number.
    public var seq: Int
    /// The attempt that wrote it.
    public var attempt: Int
    /// What it tells.
    public var kind: LogKind
    /// The piece of text; of an event, the JSON that is pushed for it.
    public var text: String

    /// Makes a value; nothing is stored.
    public init(seq: Int, attempt: Int, kind: LogKind, text: String) {
        self.seq = seq
        self.attempt = attempt
        self.kind = kind
        self.text = text
    }
}

/// The rest of a reply: rows and position, read at one instant.
public struct ReplyLog: Sendable, Equatable {
    /// The rows above the asked number, in order; apply them without looking for gaps.
    public var rows: [LogRow]
    /// Where the reply is in its life.
    public var state: ReplyState
    /// How many times a worker took it.
    public var attempt: Int
    /// The highest number issued; what to ask from next time.
    public var lastSeq: Int

    /// Makes a value.
    public init(rows: [LogRow], state: ReplyState, attempt: Int, lastSeq: Int) {
        self.rows = rows
        self.state = state
        self.attempt = attempt
        self.lastSeq = lastSeq
    }
}
