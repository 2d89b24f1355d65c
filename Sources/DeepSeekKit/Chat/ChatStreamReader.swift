/// Turns the bytes of a streamed answer into its events and says when it is over: pure, no socket, no clock.
struct ChatStreamReader {
    /// Whether `[DONE]` has come: nothing after it counts.
    private(set) var isDone = false
    /// All that has arrived so far.
    private(set) var answer = ChatCompletion()
    private var parser: EventStreamParser
    private var template: ChunkTemplate?
    private var numbers = ToolCallNumbers()
    private var remaining: Int
    private let mayBeEmpty: Bool

    /// A reader of one stream.
    ///
    /// - Parameters:
    ///   - eventLimit: the most bytes of one event.
    ///   - streamLimit: the most bytes of the whole stream.
    ///   - mayBeEmpty: whether an answer without a word is one.
    init(eventLimit: Int, streamLimit: Int, mayBeEmpty: Bool) {
        parser = EventStreamParser(limit: eventLimit)
        remaining = streamLimit
        self.mayBeEmpty = mayBeEmpty
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
        while !isDone, let event = try nextEvent() { try take(event, into: &events) }
    }

    /// The last events of an answer whose stream is over; throws if it was not complete.
    mutating func end() throws(DeepSeekError) -> [ChatCompletionEvent] {
        guard isDone || isFinishing else {
            throw DeepSeekError(.streamCut, "the stream ended before the answer was complete")
        }
        let reason = answer.finishReason ?? .stop
        answer.finishReason = reason
        try answer.checkEnd(mayBeEmpty: mayBeEmpty)
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
        _ event: EventStreamParser.Event,
        into events: inout [ChatCompletionEvent]
    ) throws(DeepSeekError) {
        let data = event.data
        if event.type.isEmpty, let said = template?.read(data) {
            answer.apply(said)
            events.append(said)
            return
        }
        if data.isEmpty { return }  // a proxy's way of keeping alive
        if data.elementsEqual("[DONE]".utf8) {
            isDone = true
            return
        }
        if event.type == "error", let complaint: ServerComplaint = JSONText.read(data) {
            throw DeepSeekError.complained(complaint)
        }
        guard let chunk: ChatCompletionAnswer = JSONText.read(data) else {
            throw DeepSeekError.unreadable("an event of the stream is not JSON of the expected shape", data)
        }
        if let complaint = chunk.error { throw DeepSeekError.complained(complaint) }
        if let like = ChunkTemplate(data, of: chunk) { template = like }
        answer.note(chunk)
        guard let choice = chunk.choice else { return }
        var said = (choice.said?.events ?? []).map { $0.numbered { numbers.number(of: $0) } }
        if let logprobs = choice.logprobs { said.append(.logprobs(logprobs)) }
        for event in said { answer.apply(event) }
        events += said
        if let reason = choice.finishReason { answer.finishReason = FinishReason(reason) }
    }
}
