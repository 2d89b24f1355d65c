/// Turns the bytes of a streamed answer into its events and says when it is over: pure, no socket, no clock.
struct ChatStreamReader {
    /// Whether `[DONE]` has come: nothing after it counts.
    private(set) var isDone = false
    /// All that has arrived so far.
    private(set) var answer = ChatCompletion()
    private var parser: EventStreamParser
    private var remaining: Int

    /// A reader of one stream.
    ///
    /// - Parameters:
    ///   - eventLimit: the most bytes of one event.
    ///   - streamLimit: the most bytes of the whole stream.
    init(eventLimit: Int, streamLimit: Int) {
        parser = EventStreamParser(limit: eventLimit)
        remaining = streamLimit
    }

    /// Whether a piece of the answer has arrived.
    var hasBegun: Bool { !answer.isEmpty }

    /// Whether the server has said why the answer ends; usage and `[DONE]` may follow.
    var isFinishing: Bool { answer.finishReason != nil }

    /// Takes bytes and adds the pieces in them to `events`, also those before an error.
    ///
    /// Usage and finish are not among them: those come from `end`, so that they are last.
    mutating func read(_ bytes: [UInt8], into events: inout [ChatCompletionEvent]) throws(DeepSeekError) {
        remaining -= bytes.count
        guard remaining >= 0 else { throw DeepSeekError(.decoding, "the stream is longer than allowed") }
        parser.feed(bytes)
        while !isDone, let event = try nextEvent() { try take(event.data, into: &events) }
    }

    /// The last events of an answer whose stream is over; throws if it was not complete.
    mutating func end() throws(DeepSeekError) -> [ChatCompletionEvent] {
        guard isDone || isFinishing else {
            throw DeepSeekError(.streamCut, "the stream ended before the answer was complete")
        }
        let reason = answer.finishReason ?? .stop
        answer.finishReason = reason
        try answer.checkEnd()
        return (answer.usage.map { [.usage($0)] } ?? []) + [.finish(reason)]
    }

    private mutating func nextEvent() throws(DeepSeekError) -> EventStreamParser.Event? {
        do throws(EventStreamParser.TooLong) {
            return try parser.next()
        } catch {
            throw DeepSeekError(.decoding, "an event of the stream is longer than \(error.limit) bytes")
        }
    }

    private mutating func take(
        _ data: ArraySlice<UInt8>,
        into events: inout [ChatCompletionEvent]
    ) throws(DeepSeekError) {
        if data.elementsEqual("[DONE]".utf8) {
            isDone = true
            return
        }
        guard let chunk = ChatCompletionAnswer.read(data) else {
            throw DeepSeekError.unreadable("an event of the stream is not JSON of the expected shape", data)
        }
        if let complaint = chunk.error { throw DeepSeekError.complained(complaint) }
        if let id = chunk.id { answer.id = id }
        if let model = chunk.model { answer.model = model }
        if let usage = chunk.usage { answer.usage = usage }
        guard let choice = chunk.choices?.first else { return }
        for event in (choice.delta ?? choice.message)?.events ?? [] {
            answer.apply(event)
            events.append(event)
        }
        if let reason = choice.finishReason { answer.finishReason = FinishReason(reason) }
    }
}

extension ChatCompletion {
    /// Throws when the answer ended in a way that is none.
    func checkEnd() throws(DeepSeekError) {
        switch finishReason {
        case .insufficientSystemResource:
            throw DeepSeekError(.overloaded, "the server ran out of resources in mid-answer")
        case .aborted:
            throw DeepSeekError(.server, "the server broke the answer off")
        case .stop where isEmpty:
            throw DeepSeekError(.emptyAnswer, "the answer ended without a word")
        default: break
        }
    }
}

extension ChatCompletionAnswer.Said {
    /// What is said, as events: thoughts before words before tool calls, empty pieces left out.
    var events: [ChatCompletionEvent] {
        var events: [ChatCompletionEvent] = []
        if let reasoningContent, !reasoningContent.isEmpty { events.append(.reasoning(reasoningContent)) }
        if let content, !content.isEmpty { events.append(.content(content)) }
        for (position, call) in (toolCalls ?? []).enumerated() {
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
