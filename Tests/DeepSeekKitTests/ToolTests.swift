import DeepSeekKit
import PlatformCore
import TestSupport
import Testing

/// Functions that the model calls.
@Suite struct ToolTests {
    typealias Answer = ScriptedTransport.Answer

    private struct Sum: Decodable { var a: Int, b: Int }
    private struct Broken: Error, CustomStringConvertible { let description = "out of order" }

    private static let sum = CallableTool(.init(name: "sum")) { (sum: Sum) in "\(sum.a + sum.b)" }
    private static let echo = CallableTool(.init(name: "echo")) { (value: JSONValue) in value["text"]?.string ?? "none"
    }
    private static let broken = CallableTool(.init(name: "broken")) { (_: JSONValue) in throw Broken() }

    private static let said = Answer.stream(Chunk.content("Done."), Chunk.finish(), Chunk.done)

    /// An answer that calls functions: name and arguments of each.
    private static func calling(_ calls: (String, String)..., reasoning: String? = nil) -> Answer {
        let deltas = calls.enumerated().map { index, call in
            let arguments = call.1.replacing("\"", with: "\\\"")
            return
                #"{"index":\#(index),"id":"c\#(index)","function":{"name":"\#(call.0)","arguments":"\#(arguments)"}}"#
        }
        let chunk = #"{"choices":[{"delta":{"tool_calls":[\#(deltas.joined(separator: ","))]}}]}"#
        var answer = Answer.stream(chunk, Chunk.finish("tool_calls"), Chunk.done)
        if let reasoning { answer.steps.insert(.text("data: \(Chunk.reasoning(reasoning))\n\n"), at: 0) }
        return answer
    }

    private static func run(_ stream: ToolStream) async -> (events: [ToolEvent], error: DeepSeekError?) {
        var events: [ToolEvent] = []
        do throws(DeepSeekError) {
            for try await event in stream { events.append(event) }
            return (events, nil)
        } catch {
            return (events, error)
        }
    }

    /// What the model got to read, by asking once.
    private static func results(_ answer: Answer, _ tools: [CallableTool], atOnce: Int = 8) async -> [String] {
        let client = DeepSeekClient.make(.init(answer, said))
        let (events, _) = await run(client.stream(.make(), calling: tools, callsAtOnce: atOnce))
        return events.history.filter { $0.role == .tool }.map(\.text)
    }

    @Test func `the model's calls are made and answered until it calls no more`() async throws {
        let transport = ScriptedTransport(
            Self.calling(("sum", #"{"a":1,"b":2}"#), ("echo", #"{"text":"hi"}"#), reasoning: "Hm"),
            Self.calling(("sum", #"{"a":3,"b":4}"#)),
            Self.said
        )
        let stream = DeepSeekClient.make(transport).stream(.make("Why?"), calling: [Self.sum, Self.echo])
        let (events, error) = await Self.run(stream)
        #expect(error == nil)
        let first = [
            ToolCall(id: "c0", name: "sum", arguments: #"{"a":1,"b":2}"#),
            ToolCall(id: "c1", name: "echo", arguments: #"{"text":"hi"}"#),
        ]
        let second = [ToolCall(id: "c0", name: "sum", arguments: #"{"a":3,"b":4}"#)]
        #expect(events.compactMap { if case .calling(let calls) = $0 { calls } else { nil } } == [first, second])
        #expect(
            events.history == [
                .init(role: .assistant, content: .text(""), reasoningContent: "Hm", toolCalls: first),
                .tool("3", answering: "c0"), .tool("hi", answering: "c1"),
                .init(role: .assistant, content: .text(""), toolCalls: second),
                .tool("7", answering: "c0"),
                .assistant("Done."),
            ]
        )
        // The pieces of every round are streamed.
        let finishes = events.compactMap { if case .answer(.finish(let reason)) = $0 { reason } else { nil } }
        #expect(finishes == [.toolCalls, .toolCalls, .stop])
        #expect(events.first == .answer(.reasoning("Hm")))
        #expect(events.last == .messages([.assistant("Done.")]))
    }

    @Test func `each round sends the history by the rules of thoughts`() async throws {
        let transport = ScriptedTransport(
            Self.calling(("echo", "{}"), reasoning: "Hm"),
            Self.calling(("echo", "{}")),
            Self.said
        )
        _ = await Self.run(DeepSeekClient.make(transport).stream(.make("Why?"), calling: [Self.echo]))
        let bodies = transport.requests.map { String(decoding: $0.body, as: UTF8.self) }
        try #require(bodies.count == 3)
        #expect(bodies[0].contains(#""tools":[{"function":{"name":"echo"},"type":"function"}]"#))
        #expect(bodies[1].contains(#""reasoning_content":"Hm""#))
        #expect(bodies[1].contains(#"{"content":"none","role":"tool","tool_call_id":"c0"}"#))
        #expect(bodies[2].contains(#""reasoning_content":"Hm""#))
        #expect(bodies[2].contains(#""reasoning_content":"""#))
    }

    @Test(arguments: [
        (("sum", "{\"a\":1"), "The arguments do not fit: it is not JSON."),
        (("sum", #"{"a":1}"#), "The arguments do not fit: b is missing."),
        (("echo", ""), "none"),
        (("broken", "{}"), "The function failed: out of order"),
        (("rm", "{}"), "There is no function \"rm\". There are: sum, echo, broken."),
    ])
    func `what goes wrong with a call is told to the model`(_ call: (String, String), _ result: String) async {
        #expect(await Self.results(Self.calling(call), [Self.sum, Self.echo, Self.broken]) == [result])
    }

    @Test func `calls of one answer run at the same time and answer in its order`() async {
        let begun = Lock<Set<JSONValue>>([])
        let tool = CallableTool(.init(name: "meet")) { (value: JSONValue) in
            let own = value["n"] ?? .null
            begun.withLock { _ = $0.insert(own) }
            // The first ends after the second has begun.
            if own == 0 {
                try await eventually(.seconds(20), "the other call runs") { begun.withLock { $0.count } == 2 }
            }
            return "\(own)"
        }
        let answer = Self.calling(("meet", #"{"n":0}"#), ("meet", #"{"n":1}"#))
        #expect(await Self.results(answer, [tool]) == ["\(JSONValue.integer(0))", "\(JSONValue.integer(1))"])
    }

    @Test func `no more calls run at the same time than allowed`() async {
        let running = Lock((now: 0, most: 0))
        let tool = CallableTool(.init(name: "f")) { (_: JSONValue) in
            running.withLock { ($0.now, $0.most) = ($0.now + 1, max($0.most, $0.now + 1)) }
            for _ in 0..<10 { await Task.yield() }
            running.withLock { $0.now -= 1 }
            return "x"
        }
        let answer = Self.calling(("f", ""), ("f", ""), ("f", ""), ("f", ""), ("f", ""), ("f", ""))
        #expect(await Self.results(answer, [tool], atOnce: 2).count == 6)
        #expect(running.withLock { $0.most } <= 2)
    }

    @Test func `a model that never stops calling is an error with its last answer`() async {
        let answer = Self.calling(("echo", "{}"))
        let transport = ScriptedTransport(answer, answer, answer)
        let stream = DeepSeekClient.make(transport).stream(.make(), calling: [Self.echo], rounds: 2)
        let (events, error) = await Self.run(stream)
        #expect(error?.code == .tooManyRounds)
        #expect(error?.partial?.message.toolCalls.count == 1)
        #expect(transport.requests.count == 2)
        // The history one has by then can be sent: every call in it is answered.
        #expect(events.history.map(\.role) == [.assistant, .tool])
    }

    @Test func `a forced call is forced once`() async {
        let transport = ScriptedTransport(Self.calling(("echo", "{}")), Self.said)
        var request = ChatCompletionRequest.make(thinking: .disabled)
        request.toolChoice = .named("echo")
        _ = await Self.run(DeepSeekClient.make(transport).stream(request, calling: [Self.echo]))
        let forced = transport.requests.map { String(decoding: $0.body, as: UTF8.self).contains("tool_choice") }
        #expect(forced == [true, false])
    }

    @Test func `a call that was cut off is not made`() async {
        let made = Lock(0)
        let tool = CallableTool(.init(name: "echo")) { (_: JSONValue) in
            made.withLock { $0 += 1 }
            return ""
        }
        var answer = Self.calling(("echo", "{}"))
        answer.steps[1] = .text("data: \(Chunk.finish("length"))\n\n")
        let (events, error) = await Self.run(DeepSeekClient.make(.init(answer)).stream(.make(), calling: [tool]))
        #expect(error == nil)
        #expect(made.withLock { $0 } == 0)
        #expect(events.last == .messages([.assistant("")]))
    }

    @Test func `an error of any round ends it, what was complete stays`() async {
        let transport = ScriptedTransport(Self.calling(("echo", "{}")), .page(401, "{}"))
        let stream = DeepSeekClient.make(transport).stream(.make(), calling: [Self.echo])
        let (events, error) = await Self.run(stream)
        #expect(error?.code == .authentication)
        #expect(events.history.map(\.role) == [.assistant, .tool])
        var iterator = stream.makeAsyncIterator()
        _ = try? await iterator.next()
        #expect(((try? await iterator.next()) ?? nil) == nil)
    }

    @Test func `cancelling ends the functions that run and the stream`() async throws {
        let began = Lock(false)
        let wasCancelled = Lock(false)
        let tool = CallableTool(.init(name: "echo")) { (_: JSONValue) in
            began.withLock { $0 = true }
            do {
                try await Task.sleep(for: .seconds(3600))
            } catch {
                wasCancelled.withLock { $0 = true }
                throw error
            }
            return ""
        }
        let transport = ScriptedTransport(Self.calling(("echo", "{}")), Self.said)
        let client = DeepSeekClient.make(transport)
        let task = Task { await Self.run(client.stream(.make(), calling: [tool])) }
        try await eventually(.seconds(20), "the function runs") { began.withLock { $0 } }
        task.cancel()
        let (events, error) = await task.value
        #expect(error?.code == .cancelled)
        #expect(wasCancelled.withLock { $0 })
        #expect(events.history.isEmpty)
        #expect(transport.requests.count == 1)
    }
}

extension [ToolEvent] {
    /// The messages to append to a chat.
    fileprivate var history: [ChatMessage] {
        flatMap { (event) -> [ChatMessage] in if case .messages(let messages) = event { messages } else { [] } }
    }
}
