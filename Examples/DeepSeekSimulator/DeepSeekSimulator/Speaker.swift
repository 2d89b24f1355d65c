internal import PlatformCore
internal import ServerCore

/// Gives one answer: word by word as events, or whole after the blank lines that keep a waiting client.
struct Speaker: Sendable {
    let question: Question
    let faults: Faults
    let configuration: DeepSeekSimulator.Configuration
    let id: String

    /// Thrown to break the connection in mid-answer.
    struct Broken: Error {}

    func speak(to writer: HTTPBodyWriter) async throws {
        if faults.has("silent") { return try await fallSilent() }
        let answer = SimulatedAnswer(to: question, length: faults.number("tokens", usual: 400))
        if question.isStreaming {
            try await stream(answer, to: writer)
        } else {
            try await queue(writer, keepAlive: "\n")
            try await writer.write(whole(answer).json())
        }
    }

    // MARK: Streamed

    private func stream(_ answer: SimulatedAnswer, to writer: HTTPBodyWriter) async throws {
        try await queue(writer, keepAlive: ": keep-alive\n\n")
        try await send(.init(role: "assistant", content: nil, reasoning: ""), to: writer)
        if faults.has("busy") { return try await end(writer, "insufficient_system_resource", answer) }
        if faults.has("empty") { return try await end(writer, "stop", answer) }
        for word in answer.reasoning { try await say(.init(content: nil, reasoning: word), to: writer) }
        for (index, word) in answer.content.enumerated() {
            if index == answer.content.count / 3, try await breaksOff(writer, answer) { return }
            try await say(.init(content: word, reasoning: nil), to: writer)
        }
        if !faults.has("no-finish") { try await end(writer, "stop", answer) }
    }

    /// What may happen a third of the way; true if the answer is over.
    private func breaksOff(_ writer: HTTPBodyWriter, _ answer: SimulatedAnswer) async throws -> Bool {
        if faults.has("cut") { throw Broken() }
        if faults.has("stall") { try await fallSilent() }
        if faults.has("bad-chunk") {
            try await writer.write("data: {\"id\":\"\(id)\",\"choices\":[{\"del\n\n")
            return true
        }
        if faults.has("complain") {
            let error = WireChunk.error("simulated error in mid-answer", type: "server_error")
            try await writer.write("data: " + String(decoding: error, as: UTF8.self) + "\n\n")
            return true
        }
        if faults.has("filtered") {
            try await end(writer, "content_filter", answer)
            return true
        }
        return false
    }

    private func say(_ said: WireChunk.Said, to writer: HTTPBodyWriter) async throws {
        if configuration.tokenInterval > .zero { try await Task.sleep(for: configuration.tokenInterval) }
        try await send(said, to: writer)
    }

    private func send(_ said: WireChunk.Said, to writer: HTTPBodyWriter) async throws {
        try await send(chunk(.init(delta: said)), to: writer)
    }

    private func send(_ chunk: WireChunk, to writer: HTTPBodyWriter) async throws {
        try await writer.write(Array("data: ".utf8) + chunk.json() + Array("\n\n".utf8))
    }

    private func end(_ writer: HTTPBodyWriter, _ reason: String, _ answer: SimulatedAnswer) async throws {
        var last = chunk(.init(delta: .init(content: "", reasoning: nil), finish: reason))
        last.usage = usage(answer)
        try await send(last, to: writer)
        if !faults.has("no-done") { try await writer.write("data: [DONE]\n\n") }
    }

    // MARK: Whole

    private func whole(_ answer: SimulatedAnswer) -> WireChunk {
        let isEmpty = faults.has("empty") || faults.has("busy")
        let said = WireChunk.Said(
            role: "assistant",
            content: isEmpty ? "" : answer.content.joined(),
            reasoning: isEmpty || answer.reasoning.isEmpty ? nil : answer.reasoning.joined()
        )
        let reason = faults.has("busy") ? "insufficient_system_resource" : "stop"
        var whole = chunk(.init(message: said, finish: reason))
        whole.object = "chat.completion"
        whole.usage = usage(answer)
        return whole
    }

    // MARK: Both

    /// Waits as a question does that is queued, telling the client that it still is.
    private func queue(_ writer: HTTPBodyWriter, keepAlive: String) async throws {
        try await writer.write(keepAlive)
        guard let wait = faults.number("slow", usual: 2000) else { return }
        let end = ContinuousClock.now + .milliseconds(wait)
        while ContinuousClock.now < end {
            try await Task.sleep(for: min(configuration.keepAliveInterval, end - .now))
            try await writer.write(keepAlive)
        }
    }

    /// Sends nothing more until the client goes.
    private func fallSilent() async throws {
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    private func chunk(_ choice: WireChunk.Choice) -> WireChunk {
        WireChunk(
            id: id,
            created: Int(WallClock.system.now() / 1000),
            model: question.model,
            choices: [choice]
        )
    }

    /// Counted in words; of a real model's tokens there are somewhat more.
    private func usage(_ answer: SimulatedAnswer) -> WireChunk.Usage {
        .init(
            promptTokens: question.messages.reduce(0) { $0 + $1.content.split(whereSeparator: \.isWhitespace).count },
            completionTokens: answer.reasoning.count + answer.content.count,
            reasoningTokens: answer.reasoning.count
        )
    }
}
