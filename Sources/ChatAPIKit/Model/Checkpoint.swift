/// A named instant at which the kill tests end a process.
package enum Checkpoint: String, Sendable, CaseIterable {
    /// Message and queued reply are stored, the queue does not know yet.
    case afterMessageCommitBeforeDispatch
    /// Text is in the log, no device saw it.
    case afterAppendBeforePush
    /// The reply is stored as finished, neither devices nor queue know.
    case afterFinishBeforeSettle
}
