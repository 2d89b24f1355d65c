internal import PlatformCore
internal import ServerCore

/// Gives one answer, step by step: as events, or whole after the blank lines that keep a waiting client.
struct Speaker: Sendable {
    let question: Question
    let steps: [ScriptedAnswer.Step]
    let faults: Faults
    let keepAliveInterval: Duration
    let tokenInterval: Duration
    let id: String
    /// When the answer was begun, in seconds since 1970.
    let created = Int(WallClock.system.now() / 1000)

    /// Thrown to close the connection in mid-answer.
    struct Broken: Error {}

    func speak(to writer: AnswerWriter) async throws {
        if faults.has("silent") { return try await fallSilent() }
        try await queue(writer, keepAlive: question.isStreaming ? ": keep-alive\n\n" : "\n")
        try await question.isStreaming ? stream(to: writer) : whole(to: writer)
        try await writer.end()
    }

    // MARK: Streamed

    private func stream(to writer: AnswerWriter) async throws {
        var calls = 0
        let frame = TextFrame { chunk([words($0)]).json() }
        if !question.isGap, steps.contains(where: \.isSaid) {
            try await send(.init(delta: .init(role: "assistant", content: nil, reasoning: "")), to: writer)
        }
        for step in steps {
            switch step {
            case .reasoning(let text): try await say(.init(delta: .init(reasoning: text)), to: writer)
            case .content(let text):
                try await pause()
                try await write(frame.json(of: faults.has("clock") ? " \(Self.nanoseconds())" : text), to: writer)
            case .toolCall(let name, let arguments):
                try await call(name, arguments, index: calls, to: writer)
                calls += 1
            case .finish(let reason): try await end(reason, to: writer)
            case .event(let data): try await writer.write("data: \(data)\n\n")
            case .raw(let bytes): try await writer.write(bytes)
            case .pause(let duration): try await Task.sleep(for: duration)
            case .stall, .cut, .reset: try await breakOff(step)
            }
        }
    }

    private func call(_ name: String, _ arguments: String, index: Int, to writer: AnswerWriter) async throws {
        func piece(_ call: WireChunk.ToolCall) -> WireChunk.Choice { .init(delta: .init(toolCalls: [call])) }
        let first = WireChunk.ToolCall(
            index: index,
            id: callID(index),
            type: "function",
            function: .init(name: name, arguments: "")
        )
        try await say(piece(first), to: writer)
        var rest = arguments[...]
        while !rest.isEmpty {
            try await say(piece(.init(index: index, function: .init(arguments: String(rest.prefix(5))))), to: writer)
            rest = rest.dropFirst(5)
        }
    }

    private func words(_ text: String) -> WireChunk.Choice {
        question.isGap ? .init(text: text) : .init(delta: .init(content: text))
    }

    /// Pauses and sends a piece.
    private func say(_ choice: WireChunk.Choice, to writer: AnswerWriter) async throws {
        try await pause()
        try await send(choice, to: writer)
    }

    private func pause() async throws {
        let pause = faults.number("pace").map { Duration.milliseconds($0) } ?? tokenInterval
        if pause > .zero { try await Task.sleep(for: pause) }
    }

    private func send(_ choice: WireChunk.Choice, to writer: AnswerWriter) async throws {
        try await send(chunk([choice]), to: writer)
    }

    private func send(_ chunk: WireChunk, to writer: AnswerWriter) async throws {
        try await write(chunk.json(), to: writer)
    }

    private func write(_ json: [UInt8], to writer: AnswerWriter) async throws {
        try await writer.write(Array("data: ".utf8) + json + Array("\n\n".utf8))
    }

    private func end(_ reason: String, to writer: AnswerWriter) async throws {
        let isApart = faults.has("usage-apart")
        var last = question.isGap ? WireChunk.Choice(text: "") : .init(delta: .init(content: ""))
        last.finish = reason
        var chunk = chunk([last])
        if !isApart { chunk.usage = usage }
        try await send(chunk, to: writer)
        if isApart {
            var extra = self.chunk([])
            extra.usage = usage
            try await send(extra, to: writer)
        }
        if !faults.has("no-done") { try await writer.write("data: [DONE]\n\n") }
    }

    // MARK: Whole

    private func whole(to writer: AnswerWriter) async throws {
        var text = chunk([wholeChoice()])
        text.object = question.isGap ? "text_completion" : "chat.completion"
        text.usage = usage
        let json = text.json()
        var hasBody = false
        for step in steps {
            switch step {
            case .reasoning, .content, .toolCall, .finish: break
            case .pause(let duration): try await Task.sleep(for: duration)
            case .event(let data):
                try await writer.write(data)
                hasBody = true
            case .raw(let bytes):
                try await writer.write(bytes)
                hasBody = true
            case .stall, .cut, .reset:
                try await writer.write(Array(json.prefix(json.count / 3)))
                try await breakOff(step)
            }
        }
        guard !hasBody else { return }
        for start in stride(from: 0, to: json.count, by: 16 << 10) {
            try await writer.write(Array(json[start..<min(start + 16 << 10, json.count)]))
        }
    }

    private func wholeChoice() -> WireChunk.Choice {
        var said = WireChunk.Said(role: "assistant", content: "")
        var reason: String?
        for step in steps {
            switch step {
            case .reasoning(let text): said.reasoning = (said.reasoning ?? "") + text
            case .content(let text): said.content? += text
            case .toolCall(let name, let arguments):
                let call = WireChunk.ToolCall(
                    id: callID(said.toolCalls?.count ?? 0),
                    type: "function",
                    function: .init(name: name, arguments: arguments)
                )
                said.toolCalls = (said.toolCalls ?? []) + [call]
            case .finish(let name): reason = name
            default: break
            }
        }
        return question.isGap ? .init(text: said.content, finish: reason) : .init(message: said, finish: reason)
    }

    // MARK: Both

    /// Waits as a question does that is queued, telling the client that it still is.
    private func queue(_ writer: AnswerWriter, keepAlive: String) async throws {
        try await writer.write(keepAlive)
        guard let wait = faults.number("slow", usual: 2000) else { return }
        let end = ContinuousClock.now + .milliseconds(wait)
        while ContinuousClock.now < end {
            try await Task.sleep(for: min(keepAliveInterval, end - .now))
            try await writer.write(keepAlive)
        }
    }

    private func breakOff(_ step: ScriptedAnswer.Step) async throws {
        switch step {
        case .cut: throw Broken()
        case .reset:
            // It overtakes what was said: this lets that arrive, mostly.
            try await Task.sleep(for: .milliseconds(50))
            throw HTTPReset()
        default: try await fallSilent()
        }
    }

    /// Sends nothing more until the client goes.
    private func fallSilent() async throws {
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    private func callID(_ index: Int) -> String { "call_\(id)_\(index)" }

    private func chunk(_ choices: [WireChunk.Choice]) -> WireChunk {
        WireChunk(
            id: id,
            object: question.isGap ? "text_completion" : "chat.completion.chunk",
            created: created,
            model: question.model,
            choices: choices
        )
    }

    /// Counted in steps, which are words; of a real model's tokens there are somewhat more.
    private var usage: WireChunk.Usage {
        var thoughts = 0
        var words = 0
        for step in steps {
            switch step {
            case .reasoning: thoughts += 1
            case .content, .toolCall: words += 1
            default: break
            }
        }
        return .init(
            promptTokens: question.messages.reduce(0) { $0 + $1.content.split(whereSeparator: \.isWhitespace).count },
            completionTokens: thoughts + words,
            reasoningTokens: thoughts
        )
    }

    private static func nanoseconds() -> Int64 {
        let time = SuspendingClock().systemEpoch.duration(to: .now)
        return time.components.seconds * 1_000_000_000 + time.components.attoseconds / 1_000_000_000
    }
}

extension ScriptedAnswer.Step {
    /// Whether it is a piece of an answer in the API's shape.
    fileprivate var isSaid: Bool {
        switch self {
        case .reasoning, .content, .toolCall, .finish: true
        case .event, .raw, .pause, .stall, .cut, .reset: false
        }
    }
}
