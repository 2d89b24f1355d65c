/// What happens in a queue, for logs and figures; carries no payloads.
public enum QueueEvent: Sendable {
    /// Why a run failed and what follows.
    public struct Failure: Sendable, Hashable {
        /// What it threw, or why it was ended.
        public let reason: String
        /// How many runs of the job have failed, this one included.
        public let failures: Int
        /// How many may fail.
        public let attempts: Int
        /// After which wait it is tried again; nil if that was the last try, and it is given up.
        public let retryAfter: Duration?
    }

    /// A job was written down, or found to be held already by its unique key.
    case pushed(id: JobID, name: String, channel: Channel)
    /// A worker began to take jobs.
    case workerStarted(concurrency: Int)
    /// A worker looked for jobs: how many it took, and how many run now.
    case workerLooked(taken: Int, running: Int)
    /// A worker takes no more jobs and waits for those that run.
    case workerDraining(running: Int)
    /// A worker has ended.
    case workerStopped
    /// A run began.
    case started(JobRun)
    /// The worker of a job died or stopped renewing its lease, and a worker that looked for jobs has found that out.
    case reclaimed(ReclaimedJob)
    /// A job succeeded.
    case finished(JobRun, after: Duration)
    /// A run failed.
    case failed(JobRun, Failure, after: Duration)
    /// A job asked to be run later.
    case snoozed(JobRun, Duration)
    /// A job was handed back, because its worker stops or it could not begin: no thread was free, or its lease had ended.
    case released(JobRun)
    /// A job was given up and is kept among the failed.
    case givenUp(JobRun, reason: String)
    /// `onFailed` threw; it is called again later.
    case giveUpFailed(JobRun, reason: String)
    /// Another worker may have the job: what this one made of it does not count.
    case leaseLost(JobRun)
    /// A job did not end after it was cancelled, and is left to itself.
    case abandoned(JobRun)
    /// The store refused a call of the worker, which goes on trying.
    case storeFailed(QueueError)
}
