/// An answer in which the model may call functions, step by step: see `DeepSeekClient.stream(_:calling:)`.
///
/// Each iterator asks anew. Functions run inside `next`, in the consumer's own task: nothing runs while nobody waits.
public struct ToolStream: AsyncSequence, Sendable {
    /// A step.
    public typealias Element = ToolEvent
    /// Why it failed.
    public typealias Failure = DeepSeekError

    let client: DeepSeekClient
    let request: ChatCompletionRequest
    let tools: [CallableTool]
    let rounds: Int
    let callsAtOnce: Int

    /// Begins to listen; the first request is sent by the first `next`.
    public func makeAsyncIterator() -> Iterator {
        Iterator(self)
    }
}

extension DeepSeekClient {
    /// The answer to a request whose functions are called as the model asks for them, until it asks no more.
    ///
    /// ```swift
    /// for try await event in deepseek.stream(request, calling: [weather]) {
    ///     switch event {
    ///     case .answer(.content(let text)): show(text)
    ///     case .messages(let messages): chat += messages
    ///     default: break
    ///     }
    /// }
    /// ```
    ///
    /// A call of a function that is not there, arguments that are no JSON or do not fit, and what a function throws are
    /// told to the model, which mostly does better then. The history is sent by the rules of thoughts (`readyToSend`).
    /// Each round is a request with time-outs, retries and a cost of its own; functions have no time-out but what they
    /// bring, and are cancelled when the consumer's task is.
    ///
    /// - Parameters:
    ///   - request: the question; its `tools` are replaced, and a `toolChoice` that forces a call holds for the first
    ///     round only.
    ///   - tools: the functions.
    ///   - rounds: the most requests: 10. When the last one's answer still asks for functions it is thrown away as
    ///     `partial` of a `tooManyRounds`.
    ///   - callsAtOnce: how many calls of one answer may run at the same time: 8; their results are in the model's order.
    /// - Returns: the steps; nothing is sent before the first is asked for.
    public func stream(
        _ request: ChatCompletionRequest,
        calling tools: [CallableTool],
        rounds: Int = 10,
        callsAtOnce: Int = 8
    ) -> ToolStream {
        precondition(rounds >= 1 && callsAtOnce >= 1, "a tool stream needs a round and a call at once")
        return ToolStream(client: self, request: request, tools: tools, rounds: rounds, callsAtOnce: callsAtOnce)
    }
}

extension ToolStream {
    /// Asks, calls, asks again; dropping it closes the connection.
    public struct Iterator: AsyncIteratorProtocol {
        private enum State {
            case answering
            case answered
            case calling(ChatMessage)
            case ended
        }

        private let stream: ToolStream
        private var request: ChatCompletionRequest
        private var round = 0
        private var pieces: ChatCompletionStream.Iterator
        private var answer = ChatCompletion()
        private var state: State = .answering

        fileprivate init(_ stream: ToolStream) {
            self.stream = stream
            request = stream.request
            request.tools = stream.tools.map(\.definition)
            pieces = stream.client.stream(request.withHistoryReady).makeAsyncIterator()
        }

        /// The next step; nil after the last messages were given or an error thrown.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(DeepSeekError) -> ToolEvent? {
            do throws(DeepSeekError) {
                switch state {
                case .answering:
                    if let piece = try await pieces.next(isolation: actor) {
                        answer.apply(piece)
                        return .answer(piece)
                    }
                    state = .answered
                    return try settle()
                case .answered:
                    return try settle()
                case .calling(let message):
                    return .messages(try await call(message))
                case .ended:
                    return nil
                }
            } catch {
                state = .ended
                throw error
            }
        }

        /// What follows a whole answer: its calls, or the end.
        private mutating func settle() throws(DeepSeekError) -> ToolEvent {
            round += 1
            var message = answer.message
            // An answer that ended for another reason may have half a call in it.
            let isCalling = answer.finishReason == .toolCalls || answer.finishReason == .stop
            guard isCalling, !message.toolCalls.isEmpty else {
                message.toolCalls = []
                state = .ended
                return .messages([message])
            }
            guard round < stream.rounds else {
                var error = DeepSeekError(.tooManyRounds, "the model still calls functions after \(round) requests")
                error.partial = answer
                throw error
            }
            for index in message.toolCalls.indices where message.toolCalls[index].id.isEmpty {
                message.toolCalls[index].id = "call_\(round)_\(index)"  // some servers give none
            }
            state = .calling(message)
            return .calling(message.toolCalls)
        }

        /// Calls what a message asks for and asks again; returns it with the results.
        private mutating func call(_ message: ChatMessage) async throws(DeepSeekError) -> [ChatMessage] {
            let results = await stream.results(of: message.toolCalls)
            if Task.isCancelled { throw DeepSeekError(.cancelled, "the request was cancelled") }
            let messages =
                [message] + zip(message.toolCalls, results).map { .tool($1, answering: $0.id) }
            request.messages += messages
            if request.toolChoice?.forcesCall == true { request.toolChoice = nil }
            pieces = stream.client.stream(request.withHistoryReady).makeAsyncIterator()
            answer = ChatCompletion()
            state = .answering
            return messages
        }
    }

    /// The results of calls, in their order; a few run at the same time.
    private func results(of calls: [ToolCall]) async -> [String] {
        await withTaskGroup(of: (Int, String).self) { group in
            var results = [String](repeating: "", count: calls.count)
            for (index, call) in calls.enumerated() {
                if index >= callsAtOnce, let (done, result) = await group.next() { results[done] = result }
                group.addTask { (index, await self.result(of: call)) }
            }
            for await (done, result) in group { results[done] = result }
            return results
        }
    }

    private func result(of call: ToolCall) async -> String {
        guard let tool = tools.first(where: { $0.definition.name == call.name }) else {
            let names = tools.map(\.definition.name).joined(separator: ", ")
            return "There is no function \"\(call.name)\". There are: \(names)."
        }
        return await tool.answer(call)
    }
}

extension ChatCompletionRequest {
    fileprivate var withHistoryReady: Self {
        guard isThinking else { return self }
        var request = self
        request.messages = messages.readyToSend()
        return request
    }
}

extension ChatCompletionRequest.ToolChoice {
    fileprivate var forcesCall: Bool {
        switch self {
        case .none, .auto: false
        case .required, .named: true
        }
    }
}
