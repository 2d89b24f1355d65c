import DeepSeekKit
import PlatformCore

extension DeepSeekClient {
    /// A client over a script, quick to retry.
    static func make(
        _ transport: ScriptedTransport,
        key: String = "sk-secret-key",
        _ change: (inout Configuration) -> Void = { _ in }
    ) -> Self {
        var configuration = Configuration(retry: .quick)
        change(&configuration)
        return Self(apiKey: key, configuration: configuration, transport: transport)
    }

    /// All events of an answer, and the error if it ended with one.
    func events(of request: ChatCompletionRequest = .make()) async -> ([ChatCompletionEvent], DeepSeekError?) {
        var events: [ChatCompletionEvent] = []
        do throws(DeepSeekError) {
            for try await event in stream(request) { events.append(event) }
            return (events, nil)
        } catch {
            return (events, error)
        }
    }
}

extension RetryPolicy {
    static let quick = Self(delay: .milliseconds(1), maximumDelay: .milliseconds(20))
}

extension ChatCompletionRequest {
    static func make(_ question: String = "Why?", thinking: Thinking? = nil) -> Self {
        .init(model: "deepseek-flash", messages: [.user(question)], thinking: thinking)
    }
}

/// The data lines of a stream, in the API's shapes.
enum Chunk {
    static let start = #"{"id":"a1","model":"m","choices":[{"delta":{"role":"assistant","content":null}}]}"#
    static let done = "[DONE]"

    static func content(_ text: String) -> String {
        #"{"choices":[{"delta":{"content":"\#(text)","reasoning_content":null}}]}"#
    }

    static func reasoning(_ text: String) -> String {
        #"{"choices":[{"delta":{"content":null,"reasoning_content":"\#(text)"}}]}"#
    }

    static func finish(_ reason: String = "stop") -> String {
        #"{"choices":[{"delta":{"content":""},"finish_reason":"\#(reason)"}],"usage":{"prompt_tokens":7,"prompt_cache_hit_tokens":3,"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":1}}}"#
    }
}

/// Keeps the events a client tells.
final class EventLog: Sendable {
    private let events = Lock<[DeepSeekEvent]>([])

    var all: [DeepSeekEvent] { events.withLock { $0 } }
    var lines: [LogLine] { all.map(\.line) }

    func note(_ event: DeepSeekEvent) { events.withLock { $0.append(event) } }
}
