extension ChatCompletionRequest: APIRequest {
    var modelName: String? { model }
    var path: String { "/chat/completions" }
    var isBeta: Bool { messages.contains(where: \.isPrefix) || tools.contains(where: \.isStrict) }
    var mayAnswerEmpty: Bool { false }

    func body(isStreaming: Bool) throws(DeepSeekError) -> [UInt8]? {
        try JSONText.write(ChatCompletionBody(request: self, isStreaming: isStreaming))
    }
}

/// The body of `POST /chat/completions`: a request and whether its answer is streamed.
private struct ChatCompletionBody: Encodable {
    let request: ChatCompletionRequest
    let isStreaming: Bool

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: AnyName.self)
        try fields.encode(request.model, forKey: "model")
        try fields.encode(request.messages.map(EncodedMessage.init), forKey: "messages")
        try fields.encodeIfPresent(request.thinking.map { ["type": $0.rawValue] }, forKey: "thinking")
        try fields.encodeIfPresent(request.reasoningEffort?.rawValue, forKey: "reasoning_effort")
        try fields.encodeIfPresent(request.maxTokens, forKey: "max_tokens")
        try fields.encodeIfPresent(request.temperature, forKey: "temperature")
        try fields.encodeIfPresent(request.topP, forKey: "top_p")
        if !request.stop.isEmpty { try fields.encode(request.stop, forKey: "stop") }
        try fields.encodeIfPresent(request.frequencyPenalty, forKey: "frequency_penalty")
        try fields.encodeIfPresent(request.presencePenalty, forKey: "presence_penalty")
        try fields.encodeIfPresent(
            request.responseFormat.map { ["type": $0.rawValue] },
            forKey: "response_format"
        )
        if !request.tools.isEmpty { try fields.encode(request.tools.map(\.json), forKey: "tools") }
        try fields.encodeIfPresent(request.toolChoice?.json, forKey: "tool_choice")
        try fields.encodeIfPresent(request.logprobs, forKey: "logprobs")
        try fields.encodeIfPresent(request.topLogprobs, forKey: "top_logprobs")
        try fields.encodeIfPresent(request.userID, forKey: "user_id")
        for (name, value) in request.additionalFields { try fields.encode(value, forKey: AnyName(name)) }
        try fields.encodeStreaming(isStreaming, includesUsage: request.includesUsage)
    }
}

extension KeyedEncodingContainer<AnyName> {
    /// Says whether the answer is to be a stream; last, since it is read by what this says.
    mutating func encodeStreaming(_ isStreaming: Bool, includesUsage: Bool) throws {
        try encode(isStreaming, forKey: "stream")
        if isStreaming, includesUsage { try encode(["include_usage": true], forKey: "stream_options") }
    }
}

private struct EncodedMessage: Encodable {
    let message: ChatMessage

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: AnyName.self)
        try fields.encode(message.role, forKey: "role")
        switch message.content {
        case .text(let text): try fields.encode(text, forKey: "content")
        case .parts(let parts): try fields.encode(parts.map(\.json), forKey: "content")
        case nil: try fields.encodeNil(forKey: "content")
        }
        try fields.encodeIfPresent(message.name, forKey: "name")
        try fields.encodeIfPresent(message.reasoningContent, forKey: "reasoning_content")
        if !message.toolCalls.isEmpty {
            try fields.encode(message.toolCalls.map(\.json), forKey: "tool_calls")
        }
        try fields.encodeIfPresent(message.toolCallID, forKey: "tool_call_id")
        if message.isPrefix { try fields.encode(true, forKey: "prefix") }
        for (name, value) in message.additionalFields { try fields.encode(value, forKey: AnyName(name)) }
    }
}

extension ChatMessage.Part {
    fileprivate var json: JSONValue {
        switch self {
        case .text(let text): ["type": "text", "text": .string(text)]
        case .imageURL(let url): ["type": "image_url", "image_url": ["url": .string(url)]]
        case .file(let id): ["type": "file", "file_id": .string(id)]
        }
    }
}

extension ToolCall {
    fileprivate var json: JSONValue {
        [
            "id": .string(id), "type": "function",
            "function": ["name": .string(name), "arguments": .string(arguments)],
        ]
    }
}

extension ChatCompletionRequest.Tool {
    fileprivate var json: JSONValue {
        var function: [String: JSONValue] = ["name": .string(name)]
        if let description { function["description"] = .string(description) }
        if let parameters { function["parameters"] = parameters }
        if isStrict { function["strict"] = true }
        return ["type": "function", "function": .object(function)]
    }
}

extension ChatCompletionRequest.ToolChoice {
    fileprivate var json: JSONValue {
        switch self {
        case .none: "none"
        case .auto: "auto"
        case .required: "required"
        case .named(let name): ["type": "function", "function": ["name": .string(name)]]
        }
    }
}
