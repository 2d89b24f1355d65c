/// How faults change what would be said.
extension Faults {
    /// The steps of an answer, with what shall go wrong in them.
    func applied(to steps: [ScriptedAnswer.Step], question: Question, isMadeUp: Bool) -> [ScriptedAnswer.Step] {
        var steps = steps
        if isMadeUp { steps = madeUp(steps, question) }
        if !steps.contains(where: \.isEnd) {
            let calls = steps.contains { if case .toolCall = $0 { true } else { false } }
            steps.append(.finish(calls ? "tool_calls" : "stop"))
        }
        if has("no-finish") { steps.removeAll { if case .finish = $0 { true } else { false } } }
        if has("busy") { return [.finish("insufficient_system_resource")] }
        if has("empty") { return [.finish("stop")] }
        guard let end = brokenEnd(isStreaming: question.isStreaming) else { return steps }
        return steps[..<Self.third(of: steps)] + [end]
    }

    /// What comes instead of the rest after a third of the words.
    private func brokenEnd(isStreaming: Bool) -> ScriptedAnswer.Step? {
        if has("cut") { return .cut }
        if has("reset") { return .reset }
        if has("stall") { return .stall }
        if has("bad-chunk") { return .event(#"{"id":"x","choices":[{"del"#) }
        if has("bad-utf8") {
            let (before, after) =
                isStreaming
                ? (#"data: {"choices":[{"delta":{"content":"caf"#, "\"}}]}\n\n")
                : (#"{"choices":[{"message":{"content":"caf"#, #""},"finish_reason":"stop"}]}"#)
            return .raw(Array(before.utf8) + [0xE9] + Array(after.utf8))
        }
        if has("complain") {
            let error = WireChunk.error("simulated error in mid-answer", type: "server_error")
            return .event(String(decoding: error, as: UTF8.self))
        }
        return self["finish"].map { .finish($0.arguments.first ?? "length") }
    }

    private func madeUp(_ steps: [ScriptedAnswer.Step], _ question: Question) -> [ScriptedAnswer.Step] {
        if let tool = self["tool"], tool.times != nil || question.messages.last?.role != "tool" {
            let thoughts = steps.filter { if case .reasoning = $0 { true } else { false } }
            let name = tool.arguments.first ?? question.tools.first ?? "look_up"
            let arguments = tool.arguments.dropFirst().joined(separator: " ")
            return thoughts + [.toolCall(name: name, arguments: arguments.isEmpty ? "{}" : arguments)]
        }
        if let megabytes = number("megabytes", usual: 10) {
            let piece = String(repeating: "sixteen letters ", count: 1 << 10)
            return Array(repeating: .content(piece), count: min(max(megabytes, 0), 1024) * 64)
        }
        if has("clock"), let count = number("tokens", usual: 400) { return Array(steps.prefix(max(1, count))) }
        return steps
    }

    /// After which step a third of the words is said, all of the thoughts before.
    private static func third(of steps: [ScriptedAnswer.Step]) -> Int {
        let words = steps.indices.filter { if case .reasoning = steps[$0] { false } else { !steps[$0].isEnd } }
        return words.isEmpty ? steps.count : words[words.count / 3]
    }
}
