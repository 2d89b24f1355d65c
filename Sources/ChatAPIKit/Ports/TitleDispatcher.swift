/// What the chat needs to have titles made in the background; a host fills it with its job queue.
public protocol TitleDispatcher: Sendable {
    /// Has a job call `ConversationTitler.run`, some time soon.
    ///
    /// Best effort: where it fails the conversation keeps the title it has until its next answer.
    func dispatchTitle(conversationID: String) async throws
}
