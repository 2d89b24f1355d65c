import ChatAPIKit
import JobQueueKit

/// The job that gives a conversation its title.
struct TitleJob: Job {
    static let name = "title"
    let conversationID: String
}

extension QueueDispatcher: TitleDispatcher {
    func dispatchTitle(conversationID: String) async throws {
        // Behind every answer that waits.
        try await queue.push(
            TitleJob(conversationID: conversationID),
            .init(priority: 2048, ttr: .seconds(120), uniqueKey: "title:\(conversationID)")
        )
    }
}

extension ConversationTitler {
    /// What the queue runs.
    var jobHandler: JobHandler {
        JobHandler(
            TitleJob.self,
            run: { job, _ in
                try await run(conversationID: job.conversationID)
                return .done
            }
        )
    }
}
