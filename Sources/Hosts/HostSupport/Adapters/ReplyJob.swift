import ChatAPIKit
import JobQueueKit

/// The job that answers a message: the name of a reply, since everything else is in the store.
struct ReplyJob: Job {
    static let name = "reply"
    let replyID: String
}

/// The chat's queue, filled with a `JobQueue`.
struct QueueDispatcher: JobDispatcher {
    let queue: JobQueue

    func dispatch(replyID: String, partition: String) async throws {
        try await queue.push(
            ReplyJob(replyID: replyID),
            .init(ttr: .seconds(30 * 60), attempts: 3, uniqueKey: replyID, partition: partition)
        )
    }
}

extension ReplyRunner {
    /// What the queue runs: one attempt, and the last word on a reply that is given up.
    var jobHandler: JobHandler {
        JobHandler(
            ReplyJob.self,
            onFailed: { job, _, reason in try await giveUp(replyID: job.replyID, reason: reason) },
            run: { job, context in
                switch try await run(replyID: job.replyID, jobID: context.id.description) {
                case .done: .done
                case .snooze(let time): .snooze(time)
                }
            }
        )
    }
}
