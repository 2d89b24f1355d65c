/// What the server sends: a chunk of a stream or a whole answer; fields it has no name for are kept, and none but those
/// that hold the answer itself can make it unreadable.
struct ChatCompletionAnswer: Decodable {
    let id: String?
    let model: String?
    let created: Int?
    let choices: [Choice]?
    let usage: Usage?
    let error: ServerComplaint?
    let additionalFields: [String: JSONValue]

    private static let names: Set = ["id", "model", "created", "choices", "usage", "error", "object"]

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyName.self)
        id = try? fields.value("id")
        model = try? fields.value("model")
        created = try? fields.value("created")
        choices = try fields.value("choices")
        usage = try? fields.value("usage")
        error = try fields.value("error")
        additionalFields = fields.others(than: Self.names)
    }

    /// The choice that counts, when several were asked for: the first one.
    var choice: Choice? { choices?.first { $0.index == 0 } }

    struct Choice: Decodable {
        let index: Int
        let said: Said?
        let finishReason: String?
        let logprobs: Logprobs?

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: AnyName.self)
            index = (try? fields.value("index")) ?? 0
            finishReason = try fields.value("finish_reason")
            logprobs = try? fields.value("logprobs")
            let text: String? = try fields.value("text")  // of a FIM answer
            said = try fields.value("delta") ?? fields.value("message") ?? text.map { Said(content: $0) }
        }
    }

    struct Said: Decodable {
        let content: String?
        let reasoning: String?
        let toolCalls: [Call]
        let additionalFields: [String: JSONValue]

        private static let names: Set = ["role", "content", "reasoning_content", "reasoning", "tool_calls"]

        init(content: String) {
            (self.content, reasoning, toolCalls, additionalFields) = (content, nil, [], [:])
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: AnyName.self)
            content = try fields.value("content")
            // `reasoning` is what some other servers call it.
            reasoning = try fields.value("reasoning_content") ?? (try? fields.value("reasoning"))
            toolCalls = try fields.value("tool_calls") ?? []
            additionalFields = fields.others(than: Self.names)
        }

        /// What is said, as events: thoughts before words before tool calls, empty pieces left out.
        var events: [ChatCompletionEvent] {
            var events: [ChatCompletionEvent] = []
            if let reasoning, !reasoning.isEmpty { events.append(.reasoning(reasoning)) }
            if let content, !content.isEmpty { events.append(.content(content)) }
            for (position, call) in toolCalls.enumerated() {
                let delta = ToolCallDelta(
                    index: call.index ?? position,
                    id: call.id,
                    name: call.function?.name,
                    arguments: call.function?.arguments ?? ""
                )
                events.append(.toolCall(delta))
            }
            return events
        }
    }

    struct Call: Decodable {
        var index: Int?
        var id: String?
        var function: Function?

        struct Function: Decodable {
            var name: String?
            var arguments: String?
        }
    }
}

extension ChatCompletion {
    /// Adds what is not said but told: of a stream's chunks the last one to tell it counts.
    mutating func note(_ answer: ChatCompletionAnswer) {
        if let id = answer.id { self.id = id }
        if let model = answer.model { self.model = model }
        if let created = answer.created { self.created = created }
        if let usage = answer.usage { self.usage = usage }
        additionalFields.merge(answer.additionalFields) { _, later in later }
        if let said = answer.choice?.said, !said.additionalFields.isEmpty {
            message.additionalFields.merge(said.additionalFields) { _, later in later }
        }
    }

    /// Reads a whole answer that is not streamed; throws if it is none, or ended in a way that is none.
    init(reading body: [UInt8], mayBeEmpty: Bool) throws(DeepSeekError) {
        guard let answer: ChatCompletionAnswer = JSONText.read(body) else {
            throw DeepSeekError.unreadable("the answer is not JSON of the expected shape", body)
        }
        if let complaint = answer.error { throw DeepSeekError.complained(complaint) }
        guard let choice = answer.choice, let said = choice.said else {
            throw DeepSeekError.unreadable("the answer has no message", body)
        }
        self.init()
        note(answer)
        var calls = 0..<said.toolCalls.count
        for event in said.events { apply(event.numbered { _ in calls.removeFirst() }) }
        if let logprobs = choice.logprobs { apply(.logprobs(logprobs)) }
        finishReason = choice.finishReason.map { FinishReason($0) } ?? .stop
        try checkEnd(mayBeEmpty: mayBeEmpty)
    }

    /// Throws when the answer ended in a way that is none.
    func checkEnd(mayBeEmpty: Bool) throws(DeepSeekError) {
        switch finishReason {
        case .insufficientSystemResource:
            throw DeepSeekError(.overloaded, "the server ran out of resources in mid-answer")
        case .aborted:
            throw DeepSeekError(.server, "the server broke the answer off")
        case .stop where isEmpty && !mayBeEmpty:
            throw DeepSeekError(.emptyAnswer, "the answer ended without a word")
        default: break
        }
    }
}
