import ChatAPIKit
import DeepSeekKit
import ServerCore

/// The chat's model, filled with DeepSeek.
struct DeepSeekGenerator: ReplyGenerator {
    let client: DeepSeekClient
    let model: String
    /// What uids are hashed with: the API wants no personal data in `user_id`.
    let userKey: [UInt8]

    func generate(_ prompt: ReplyPrompt, receive: @Sendable (ReplyPart) -> Void) async throws -> GenerationEnd {
        var request = ChatCompletionRequest(
            model: prompt.model ?? model,
            messages: prompt.messages.map { .init(role: .init(rawValue: $0.role.rawValue), content: .text($0.text)) },
            thinking: prompt.thinking.map { $0 ? .enabled : .disabled }
        )
        request.maxTokens = prompt.tokenLimit
        request.requestID = prompt.requestID
        request.userID = Base64.encodeURL(Digest.hmacSHA256(key: userKey, Array(prompt.uid.utf8)))
        var end = GenerationEnd(finishReason: FinishReason.stop.name)
        do {
            for try await event in client.stream(request) {
                switch event {
                case .content(let text): receive(.content(text))
                case .reasoning(let text): receive(.reasoning(text))
                case .usage(let usage): end.usage = TokenUsage(usage)
                case .finish(let reason): end.finishReason = reason.name
                case .toolCall, .logprobs: break  // none are asked for
                }
            }
        } catch {
            try Task.checkCancellation()
            throw GenerationError(error)
        }
        return end
    }
}

extension TokenUsage {
    fileprivate init(_ usage: Usage) {
        self.init(
            promptTokens: usage.promptTokens,
            cachedTokens: usage.promptCacheHitTokens,
            completionTokens: usage.completionTokens,
            reasoningTokens: usage.reasoningTokens
        )
    }
}

extension GenerationError {
    fileprivate init(_ error: DeepSeekError) {
        let code: Code =
            switch error.code {
            case .authentication, .insufficientBalance, .untrusted: .refused
            case .invalidRequest, .contextWindow, .contentFilter: .rejected
            case .rateLimited, .overloaded: .busy
            case .timedOut(.connect), .timedOut(.firstByte), .timedOut(.idle), .timedOut(.total): .timeout
            case .streamCut: .interrupted
            default: .unavailable
            }
        self.init(code, cause: error.description)
    }
}
