#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The body of `POST /chat/completions`: a request and whether its answer is streamed.
struct ChatCompletionBody: Encodable {
    let request: ChatCompletionRequest
    let isStreaming: Bool

    /// The JSON, its keys sorted so that equal requests are equal bytes.
    func bytes() throws(DeepSeekError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self))
        } catch {
            // The one thing JSON cannot say is a number that is none.
            throw DeepSeekError(.invalidRequest, "the request cannot be written as JSON: a number is not finite")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: AnyName.self)
        try fields.encode(request.model, forKey: AnyName("model"))
        try fields.encode(request.messages.map(EncodedMessage.init), forKey: AnyName("messages"))
        try fields.encodeIfPresent(request.thinking.map { ["type": $0.rawValue] }, forKey: AnyName("thinking"))
        try fields.encodeIfPresent(request.reasoningEffort?.rawValue, forKey: AnyName("reasoning_effort"))
        try fields.encodeIfPresent(request.maxTokens, forKey: AnyName("max_tokens"))
        try fields.encodeIfPresent(request.temperature, forKey: AnyName("temperature"))
        try fields.encodeIfPresent(request.topP, forKey: AnyName("top_p"))
        if !request.stop.isEmpty { try fields.encode(request.stop, forKey: AnyName("stop")) }
        try fields.encodeIfPresent(request.frequencyPenalty, forKey: AnyName("frequency_penalty"))
        try fields.encodeIfPresent(request.presencePenalty, forKey: AnyName("presence_penalty"))
        try fields.encodeIfPresent(
            request.responseFormat.map { ["type": $0.rawValue] },
            forKey: AnyName("response_format")
        )
        if !request.tools.isEmpty { try fields.encode(request.tools.map(\.json), forKey: AnyName("tools")) }
        try fields.encodeIfPresent(request.toolChoice?.json, forKey: AnyName("tool_choice"))
        try fields.encodeIfPresent(request.logprobs, forKey: AnyName("logprobs"))
        try fields.encodeIfPresent(request.topLogprobs, forKey: AnyName("top_logprobs"))
        try fields.encodeIfPresent(request.userID, forKey: AnyName("user_id"))
        for (name, value) in request.additionalFields { try fields.encode(value, forKey: AnyName(name)) }
        // Last, since the answer is read by what they say.
        try fields.encode(isStreaming, forKey: AnyName("stream"))
        if isStreaming { try fields.encode(["include_usage": true], forKey: AnyName("stream_options")) }
    }
}

private struct EncodedMessage: Encodable {
    let message: ChatMessage

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: AnyName.self)
        try fields.encode(message.role, forKey: AnyName("role"))
        switch message.content {
        case .text(let text): try fields.encode(text, forKey: AnyName("content"))
        case .parts(let parts): try fields.encode(parts.map(\.json), forKey: AnyName("content"))
        case nil: try fields.encodeNil(forKey: AnyName("content"))
        }
        try fields.encodeIfPresent(message.name, forKey: AnyName("name"))
        try fields.encodeIfPresent(message.reasoningContent, forKey: AnyName("reasoning_content"))
        if !message.toolCalls.isEmpty {
            try fields.encode(message.toolCalls.map(\.json), forKey: AnyName("tool_calls"))
        }
        try fields.encodeIfPresent(message.toolCallID, forKey: AnyName("tool_call_id"))
        if message.isPrefix { try fields.encode(true, forKey: AnyName("prefix")) }
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
