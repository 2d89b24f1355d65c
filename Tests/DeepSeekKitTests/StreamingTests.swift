import DeepSeekKit
import PlatformCore
import Testing

@Suite struct StreamingTests {
    typealias Answer = ScriptedTransport.Answer

    @Test func `thoughts, words, usage and finish come in that order`() async {
        let transport = ScriptedTransport(
            .stream(
                Chunk.start,
                Chunk.reasoning("Hm"),
                Chunk.content("Be"),
                Chunk.content("cause"),
                Chunk.finish(),
                Chunk.done
            )
        )
        let (events, error) = await DeepSeekClient.make(transport).events()
        let usage = Usage(
            promptTokens: 7,
            promptCacheHitTokens: 3,
            promptCacheMissTokens: 4,
            completionTokens: 2,
            reasoningTokens: 1,
            totalTokens: 9
        )
        #expect(
            events == [.reasoning("Hm"), .content("Be"), .content("cause"), .usage(usage), .finish(.stop)]
        )
        #expect(error == nil)
        #expect(transport.bodies.map(\.ending) == ["finished"])
    }

    @Test func `usage in a chunk of its own after the finish still comes before it`() async {
        let last = #"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#
        let finish = #"{"choices":[{"delta":{},"finish_reason":"length"}]}"#
        let transport = ScriptedTransport(.stream(Chunk.content("x"), finish, last, Chunk.done))
        let (events, _) = await DeepSeekClient.make(transport).events()
        #expect(
            events.dropFirst().first
                == .usage(Usage(promptTokens: 1, promptCacheMissTokens: 1, completionTokens: 2, totalTokens: 3))
        )
        #expect(events.last == .finish(.length))
    }

    @Test(arguments: [
        // Skipped and wild indexes, none at all, and one index for all, told apart by id.
        ["5,c1", "-7,c2", "5,", "900000000,c3", "-7,"],
        [",c1", ",", ",c2", ",", ",c3"],
        ["0,c1", "0,c1", "0,c2", "0,c2", "0,c3"],
    ])
    func `tool calls are numbered as they begin, whatever the server's indexes`(_ pieces: [String]) async throws {
        let chunks = pieces.enumerated().map { place, piece in
            let parts = piece.split(separator: ",", omittingEmptySubsequences: false)
            let index = parts[0].isEmpty ? "" : #""index":\#(parts[0]),"#
            let id = parts[1].isEmpty ? "" : #""id":"\#(parts[1])","#
            return #"{"choices":[{"delta":{"tool_calls":[{\#(index)\#(id)"function":{"arguments":"\#(place)"}}]}}]}"#
        }
        let lines = chunks + [Chunk.finish("tool_calls"), Chunk.done]
        let answer = ScriptedTransport.Answer(steps: lines.map { .text("data: \($0)\n\n") })
        let (events, error) = await DeepSeekClient.make(.init(answer)).events()
        #expect(error == nil)
        let calls = ChatCompletion(events).message.toolCalls
        #expect(calls.map(\.id) == ["c1", "c2", "c3"])
        #expect(calls.map(\.arguments).joined().sorted() == ["0", "1", "2", "3", "4"])
        #expect(calls[0].arguments.hasPrefix("0"))
    }

    @Test func `every tool call of a whole answer is one of its own, whatever its index`() async throws {
        let calls = (1...3).map { #"{"index":0,"id":"c\#($0)","function":{"name":"f","arguments":"\#($0)"}}"# }
        let body =
            #"{"choices":[{"message":{"tool_calls":[\#(calls.joined(separator: ","))]},"finish_reason":"tool_calls"}]}"#
        let answer = try await DeepSeekClient.make(ScriptedTransport(.page(200, body))).complete(.make())
        #expect(answer.message.toolCalls.map(\.id) == ["c1", "c2", "c3"])
        #expect(answer.message.toolCalls.map(\.arguments) == ["1", "2", "3"])
    }

    @Test func `pieces of a tool call are joined by index`() async throws {
        let first =
            #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"now","arguments":""}}]}}]}"#
        let second = #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}]}"#
        let transport = ScriptedTransport(.stream(first, second, Chunk.finish("tool_calls"), Chunk.done))
        let (events, _) = await DeepSeekClient.make(transport).events()
        var answer = ChatCompletion()
        for event in events { answer.apply(event) }
        #expect(answer.message.toolCalls == [ToolCall(id: "c1", name: "now", arguments: "{}")])
        #expect(answer.finishReason == .toolCalls)
    }

    @Test func `unknown fields and finish reasons pass`() async {
        let chunk = #"{"novel":{"a":[1]},"choices":[{"delta":{"content":"x","mood":1},"logprobs":null}]}"#
        let transport = ScriptedTransport(.stream(chunk, Chunk.finish("tired"), Chunk.done))
        let (events, error) = await DeepSeekClient.make(transport).events()
        #expect(events.first == .content("x"))
        #expect(events.last == .finish(.other("tired")))
        #expect(error == nil)
    }

    @Test func `a stream that closes after its finish reason is complete without DONE`() async {
        let (events, error) = await DeepSeekClient.make(.init(.stream(Chunk.content("x"), Chunk.finish()))).events()
        #expect(events.last == .finish(.stop))
        #expect(error == nil)
    }

    @Test(arguments: [ScriptedTransport.Step.fail(.init(.interrupted)), .stall])
    func `what breaks after the finish reason takes nothing from the answer`(_ end: ScriptedTransport.Step) async {
        var answer = Answer.stream(Chunk.content("x"), Chunk.finish())
        answer.steps.append(end)
        let (events, error) = await DeepSeekClient.make(.init(answer)).events()
        #expect(events.last == .finish(.stop))
        #expect(error == nil)
    }

    @Test func `a stream that closes before its finish reason is cut and carries what had arrived`() async {
        let transport = ScriptedTransport(.stream(Chunk.start, Chunk.reasoning("Hm"), Chunk.content("Be")))
        let (events, error) = await DeepSeekClient.make(transport).events()
        #expect(events == [.reasoning("Hm"), .content("Be")])
        #expect(error?.code == .streamCut)
        #expect(error?.partial?.content == "Be")
        #expect(error?.partial?.reasoning == "Hm")
        #expect(error?.attempts == 1)
        #expect(transport.bodies.map(\.ending) == ["cancelled"])
    }

    @Test func `an invalid chunk is an error after what came before it is delivered`() async {
        let answer = Answer(steps: [.text("data: \(Chunk.content("x"))\n\ndata: {\"choices\":\n\n")])
        let (events, error) = await DeepSeekClient.make(.init(answer)).events()
        #expect(events == [.content("x")])
        #expect(error?.code == .decoding)
        #expect(error?.message.contains(#"{"choices":"#) == true)
        #expect(error?.partial?.content == "x")
    }

    @Test func `an error object in mid-stream is the server's error`() async {
        let complaint = #"{"error":{"message":"boom","type":"server_error","code":null}}"#
        let (_, error) = await DeepSeekClient.make(.init(.stream(Chunk.content("x"), complaint))).events()
        #expect(error?.code == .server)
        #expect(error?.message == "boom")
    }

    @Test func `a stall after the first piece is an idle time-out with what had arrived`() async {
        var answer = Answer.stream(Chunk.content("x"))
        answer.steps.append(.stall)
        let (_, error) = await DeepSeekClient.make(.init(answer)).events()
        #expect(error?.code == .timedOut(.idle))
        #expect(error?.partial?.content == "x")
    }

    @Test func `keep-alives re-arm the idle time but not the first piece's`() async throws {
        let answer = Answer(steps: [.text(": keep-alive\n\n"), .text(": keep-alive\n\n"), .stall])
        let transport = ScriptedTransport(answer)
        let client = DeepSeekClient.make(transport) {
            $0.idleTimeout = .seconds(100)
            $0.firstByteTimeout = .seconds(50)
        }
        let (_, error) = await client.events()
        #expect(error?.code == .timedOut(.firstByte))
        let deadlines = try #require(transport.bodies.first).deadlines
        #expect(deadlines.count == 3)
        #expect(Set(deadlines).count == 1)
    }

    @Test func `comments in mid-stream re-arm the idle time`() async throws {
        var answer = Answer.stream(Chunk.content("x"))
        answer.steps += [.text(": keep-alive\n\n"), .text(": keep-alive\n\n"), .stall]
        let transport = ScriptedTransport(answer)
        #expect(await DeepSeekClient.make(transport).events().1?.code == .timedOut(.idle))
        let deadlines = try #require(transport.bodies.first).deadlines
        #expect(deadlines.count == 4)
        #expect(zip(deadlines, deadlines.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func `the total time bounds every wait`() async {
        let client = DeepSeekClient.make(.init(.init(steps: [.stall]))) { $0.totalTimeout = .seconds(5) }
        let (_, error) = await client.events()
        #expect(error?.code == .timedOut(.total))
    }

    @Test func `an HTML page with status 200 is quoted short`() async {
        let page = "<html>\n  <body>" + String(repeating: "Sign in ", count: 100) + "</body></html>"
        let answer = Answer.page(200, page, .init("Content-Type", "text/html; charset=utf-8"))
        let (_, error) = await DeepSeekClient.make(.init(answer)).events()
        #expect(error?.code == .decoding)
        #expect(error?.status == 200)
        #expect(error?.message.contains("<html> <body>Sign in") == true)
        #expect((error?.message.count ?? 999) < 320)
    }

    @Test func `a stream longer than allowed is ended`() async {
        let client = DeepSeekClient.make(.init(.stream(Chunk.content("x"), Chunk.content("y")))) {
            $0.maximumStreamBytes = 100
        }
        #expect(await client.events().1?.code == .decoding)
    }

    @Test func `after an error or the finish the iterator gives nothing more`() async throws {
        var iterator = DeepSeekClient.make(.init(.stream(Chunk.content("x")))).stream(.make()).makeAsyncIterator()
        #expect(try await iterator.next() == .content("x"))
        await #expect(throws: DeepSeekError.self) { _ = try await iterator.next() }
        #expect(try await iterator.next() == nil)
    }

    @Test func `a finished answer is told with its attempts and cost`() async {
        let log = EventLog()
        let transport = ScriptedTransport(
            .failing(.unreachable),
            .stream(Chunk.content("x"), Chunk.finish(), Chunk.done)
        )
        _ = await DeepSeekClient.make(transport) { $0.onEvent = { log.note($0) } }.events()
        #expect(log.lines.map(\.message) == ["retrying", "answer complete"])
        #expect(log.lines.last?.fields.contains { $0 == ("attempts", "2") } == true)
        #expect(log.lines.last?.fields.contains { $0 == ("completion_tokens", "2") } == true)
    }
}
