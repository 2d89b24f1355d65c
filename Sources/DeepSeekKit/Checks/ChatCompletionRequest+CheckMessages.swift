extension ChatCompletionRequest {
    /// The rules of the conversation: who may say what, and that every tool call is answered at once.
    func checkMessages() throws(DeepSeekError) {
        try Check.demand(!messages.isEmpty, "messages is empty: ask something")
        /// The calls that are not answered yet.
        var open: [String] = []
        for (index, message) in messages.enumerated() {
            let place = "messages[\(index)]"
            if message.role == .tool {
                let answered = message.toolCallID ?? ""
                try Check.demand(
                    open.contains(answered),
                    "\(place) answers the call \"\(answered)\", which the assistant message before it does not make"
                )
                open.removeAll { $0 == answered }
            } else {
                try Check.demand(
                    open.isEmpty,
                    "\(place) stands where a tool message must answer the call \"\(open.first ?? "")\""
                )
                open = message.toolCalls.map(\.id)
            }
            try check(message, place, isLast: index == messages.count - 1)
        }
        try Check.demand(
            open.isEmpty,
            "messages ends before a tool message has answered the call \"\(open.first ?? "")\""
        )
    }

    private func check(_ message: ChatMessage, _ place: String, isLast: Bool) throws(DeepSeekError) {
        try Check.demand(
            message.content != nil || (message.role == .assistant && !message.toolCalls.isEmpty),
            "\(place) has no content: only an assistant message with tool calls may go without"
        )
        if case .parts(let parts) = message.content {
            let isText = parts.allSatisfy { if case .text = $0 { true } else { false } }
            try Check.demand(
                isText || message.role == .user,
                "\(place) has a picture or file, but is of role \(message.role.rawValue): only the user shows them"
            )
        }
        try Check.demand(
            !message.isPrefix || (isLast && message.role == .assistant),
            "\(place) is a prefix: only the last message can be, and only of the assistant"
        )
        try Check.demand(
            !isThinking || message.toolCalls.isEmpty || message.reasoningContent != nil,
            """
            \(place) calls tools without reasoningContent, which a thinking model wants back, "" when there was none: \
            send messages.readyToSend()
            """
        )
    }
}
