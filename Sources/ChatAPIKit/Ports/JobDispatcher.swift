/// What the chat needs of a job queue; a host fills it with one.
public protocol JobDispatcher: Sendable {
    /// Makes sure that a job for this reply waits or runs.
    ///
    /// Idempotent: while one waits or runs, another call changes nothing. The job calls `ReplyRunner.run`.
    /// `replyID` is the key that keeps the job single; jobs of one `partition`, which is the conversation's id, run one
    /// after the other.
    func dispatch(replyID: String, partition: String) async throws
}
