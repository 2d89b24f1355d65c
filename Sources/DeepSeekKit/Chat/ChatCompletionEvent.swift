/// One step of a streamed answer.
///
/// Order: any number of `reasoning`, `content`, `toolCall` and `logprobs` steps as they arrive, then `usage` if the server told it,
/// then exactly one `finish`, which is always last. A stream that ends without `finish` throws.
public enum ChatCompletionEvent: Sendable, Hashable {
    /// The next piece of the thoughts.
    case reasoning(String)
    /// The next piece of the answer.
    case content(String)
    /// The next piece of a tool call.
    case toolCall(ToolCallDelta)
    /// How likely the tokens of the piece before were, when that was asked for.
    case logprobs(Logprobs)
    /// What the answer cost.
    case usage(Usage)
    /// The answer is complete.
    case finish(FinishReason)
}

/// A piece of a tool call; pieces of one call have the same index.
public struct ToolCallDelta: Sendable, Hashable {
    /// Which call of the answer, from 0.
    public var index: Int
    /// Its id, in the first piece.
    public var id: String?
    /// Its function, in the first piece.
    public var name: String?
    /// The next characters of its arguments.
    public var arguments: String

    /// A piece.
    public init(index: Int, id: String? = nil, name: String? = nil, arguments: String = "") {
        self.index = index
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

extension ChatCompletionEvent {
    /// The same with another index, if it is a piece of a tool call.
    func numbered(_ number: (ToolCallDelta) -> Int) -> Self {
        guard case .toolCall(var piece) = self else { return self }
        piece.index = number(piece)
        return .toolCall(piece)
    }
}

extension ChatCompletion {
    /// Adds one step of a stream: folding all steps of a stream in order gives the whole answer.
    public mutating func apply(_ event: ChatCompletionEvent) {
        switch event {
        case .reasoning(let text): message.reasoningContent = (message.reasoningContent ?? "") + text
        case .content(let text): append(text)
        case .toolCall(let delta): append(delta)
        case .logprobs(let more):
            if logprobs == nil { logprobs = Logprobs() }
            logprobs?.content += more.content
            logprobs?.reasoning += more.reasoning
        case .usage(let usage): self.usage = usage
        case .finish(let reason): finishReason = reason
        }
    }

    private mutating func append(_ text: String) {
        guard case .text(var whole) = message.content else {
            message.content = .text(text)
            return
        }
        message.content = nil  // so that the text grows in place
        whole += text
        message.content = .text(whole)
    }

    private mutating func append(_ delta: ToolCallDelta) {
        // The pieces' order decides when a server skips an index; a wild index cannot make this array large.
        if delta.index >= message.toolCalls.count {
            message.toolCalls.append(ToolCall(id: "", name: "", arguments: ""))
        }
        let index = min(max(delta.index, 0), message.toolCalls.count - 1)
        if let id = delta.id { message.toolCalls[index].id = id }
        if let name = delta.name { message.toolCalls[index].name += name }
        message.toolCalls[index].arguments += delta.arguments
    }
}
