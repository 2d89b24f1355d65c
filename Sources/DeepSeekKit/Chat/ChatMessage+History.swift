extension [ChatMessage] {
    /// The chat as it is to be sent: with the thoughts that the server wants back, without those it would pass over.
    ///
    /// ```swift
    /// request.messages = chat.readyToSend()
    /// ```
    ///
    /// Keep every answer's message as it came, with its `reasoningContent`, and let this decide. The rule goes by turns,
    /// a turn being what follows a user's message up to the next one. In a turn with a tool call all thoughts are sent,
    /// in this request and in all later ones, and an assistant message without any carries `""`: the server refuses the
    /// request otherwise. In a turn without one they are left out, which saves their upload; only a prefix to continue
    /// keeps its own. What is sent of a turn stays the same once it is over, which the context cache needs.
    ///
    /// See https://api-docs.deepseek.com/guides/thinking_mode.
    public func readyToSend() -> [ChatMessage] {
        var ready: [ChatMessage] = []
        ready.reserveCapacity(count)
        for turn in turns {
            let hasToolCall = turn.contains { !$0.toolCalls.isEmpty }
            for var message in turn {
                if message.role == .assistant, !message.isPrefix {
                    message.reasoningContent = hasToolCall ? message.reasoningContent ?? "" : nil
                }
                ready.append(message)
            }
        }
        return ready
    }

    private var turns: [ArraySlice<ChatMessage>] {
        var turns: [ArraySlice<ChatMessage>] = []
        var start = startIndex
        for index in indices where self[index].role == .user && index > start {
            turns.append(self[start..<index])
            start = index
        }
        return turns + [self[start...]]
    }
}
