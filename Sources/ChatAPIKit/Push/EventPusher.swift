import Synchronization

/// Pushes to a user's sockets and never fails: what did not get through is counted, reported, and found in the log.
package final class EventPusher: Sendable {
    private let client: any PushClient
    private let report: @Sendable (ChatEvent) -> Void
    private let failureCount = Atomic(0)

    package init(_ client: any PushClient, report: @escaping @Sendable (ChatEvent) -> Void) {
        self.client = client
        self.report = report
    }

    /// How many pushes failed so far.
    package var failures: Int { failureCount.load(ordering: .relaxed) }

    /// Pushes a JSON text to every socket of a user.
    package func push(_ text: String, toUid uid: String, requestID: String? = nil) async {
        do {
            try await client.push(text, toUid: uid)
        } catch {
            failureCount.add(1, ordering: .relaxed)
            report(.pushFailed(requestID: requestID, cause: "\(error)"))
        }
    }

    /// Pushes a row of a reply's log.
    package func push(_ row: LogRow, of reply: Reply) async {
        await push(ChatPush.text(of: row, replyID: reply.id), toUid: reply.uid, requestID: reply.requestID)
    }
}
