/// How a run ended that did not throw.
public enum JobOutcome: Sendable, Hashable {
    /// The job succeeded.
    case done
    /// It failed and is tried again after this time, as long as attempts are left; counts like a thrown error.
    case retry(after: Duration)
    /// It is to be run again later; counts nothing, keeps its unique key and lets others of its partition go first.
    case snooze(Duration)
    /// It failed for good, whatever attempts are left: `onFailed` is called and the job kept among the failed.
    case discard(reason: String)
}
