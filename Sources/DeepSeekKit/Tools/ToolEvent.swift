/// One step of an answer in which the model may call functions: see `DeepSeekClient.stream(_:calling:)`.
public enum ToolEvent: Sendable, Hashable {
    /// A piece of what the model says, in whichever round; each round has a `finish` of its own.
    case answer(ChatCompletionEvent)
    /// The model asks for these, and they begin.
    case calling([ToolCall])
    /// What to append to the chat's history: an answer, followed by the results of all the calls it makes.
    ///
    /// The history that one gets by appending them as they come can always be sent. The last step of all is the
    /// message of the answer that calls nothing more.
    case messages([ChatMessage])
}
