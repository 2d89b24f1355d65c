/// What a worker tells the store about a job it had reserved.
public enum Outcome: Sendable, Hashable {
    /// It succeeded, and leaves the store.
    case done
    /// It failed: counted, and tried again after the wait, or given up if that was the last try.
    case failure(reason: String, retryAfter: Duration)
    /// It failed for good: given up whatever tries are left.
    case giveUp(reason: String)
    /// It was handed back before it was done, for no fault of its own; counts nothing, keeps its turn.
    case release
    /// It asked to be run again later; counts nothing, loses its turn, keeps its unique key.
    case snooze(Duration)
    /// It was given up and whoever wanted to know was told: it is kept among the failed.
    case failed(reason: String)
}
