import DeepSeekKit
import PlatformCore
import Testing

@Suite struct RequestTests {
    private static func body(of request: ChatCompletionRequest, _ key: String = "k") async throws -> String {
        let transport = ScriptedTransport(.stream(Chunk.content("x"), Chunk.finish(), Chunk.done))
        _ = await DeepSeekClient.make(transport).events(of: request)
        return String(decoding: try #require(transport.requests.first).body, as: UTF8.self)
    }

    @Test func `a plain question is sent with nothing that was not said`() async throws {
        let body = try await Self.body(of: .make("Why?"))
        #expect(
            body
                == #"{"messages":[{"content":"Why?","role":"user"}],"model":"deepseek-flash","stream":true,"stream_options":{"include_usage":true}}"#
        )
    }

    @Test func `every field has its name on the wire`() async throws {
        var request = ChatCompletionRequest(
            model: "m",
            messages: [.system("json"), .assistant("a", reasoning: "r")],
            thinking: .disabled
        )
        request.messages[1].toolCalls = [.init(id: "c1", name: "now", arguments: "{}")]
        request.messages[1].name = "n"
        request.messages.append(.tool("42", answering: "c1"))
        request.messages.append(
            .init(role: .user, content: .parts([.text("look"), .imageURL("https://x.example/p.png"), .file(id: "f1")]))
        )
        request.messages.append(
            .init(role: .assistant, content: .text("{"), reasoningContent: "", isPrefix: true)
        )
        request.reasoningEffort = .low
        request.maxTokens = 9
        request.temperature = 0.5
        request.topP = 0.25
        request.frequencyPenalty = 1
        request.presencePenalty = -1
        request.logprobs = true
        request.topLogprobs = 3
        request.stop = ["END"]
        request.responseFormat = .jsonObject
        request.tools = [.init(name: "now", description: "time", parameters: ["anyOf": []], isStrict: true)]
        request.toolChoice = .named("now")
        request.userID = "u_1"
        request.additionalFields = ["seed": 7]
        let body = try await Self.body(of: request)
        for part in [
            #""thinking":{"type":"disabled"}"#, #""reasoning_effort":"low""#, #""max_tokens":9"#, #""temperature":0.5"#,
            #""stop":["END"]"#, #""response_format":{"type":"json_object"}"#, #""user_id":"u_1""#, #""seed":7"#,
            #""tool_choice":{"function":{"name":"now"},"type":"function"}"#, #""strict":true"#,
            #""reasoning_content":"r""#, #""tool_call_id":"c1""#, #""top_p":0.25"#, #""frequency_penalty":1"#,
            #""presence_penalty":-1"#, #""logprobs":true"#, #""top_logprobs":3"#, #""name":"n""#,
            #"{"file_id":"f1","type":"file"}"#,
            #"{"function":{"arguments":"{}","name":"now"},"id":"c1","type":"function"}"#,
            #"{"content":"{","prefix":true,"reasoning_content":"","role":"assistant"}"#,
            #"{"image_url":{"url":"https://x.example/p.png"},"type":"image_url"}"#,
        ] {
            #expect(body.contains(part), "\(part) in \(body)")
        }
    }

    @Test func `a stream is not asked for its cost where that is refused`() async throws {
        var request = ChatCompletionRequest.make("Why?")
        request.includesUsage = false
        #expect(try await !Self.body(of: request).contains("stream_options"))
    }

    @Test func `the key goes into one header, and none when there is none`() async throws {
        let transport = ScriptedTransport(.failing(.untrusted), .failing(.untrusted))
        _ = await DeepSeekClient.make(transport) { $0.additionalHeaders = ["authorization": "Basic x", "X-Team": "a"] }
            .events()
        _ = await DeepSeekClient.make(transport, key: "").events()
        let headers = transport.requests.map { request in
            request.headers.filter { $0.name.lowercased() == "authorization" }.map(\.value)
        }
        #expect(headers == [["Bearer sk-secret-key"], []])
        #expect(transport.requests.first?.headers.contains(.init("X-Team", "a")) == true)
        #expect(transport.requests.first?.url == "https://api.deepseek.com/chat/completions")
    }

    @Test func `a call's name is sent and told, and one that is no header's value is refused`() async {
        let told = Lock<[String?]>([])
        let transport = ScriptedTransport(.failing(.untrusted))
        let client = DeepSeekClient.make(transport) {
            $0.onEvent = { event in
                if case .failed(_, let id) = event { told.withLock { $0.append(id) } }
            }
        }
        var request = ChatCompletionRequest.make()
        request.requestID = "r-1"
        _ = await client.events(of: request)
        #expect(transport.requests.first?.headers.contains(.init("X-Request-Id", "r-1")) == true)
        #expect(told.withLock { $0 } == ["r-1"])
        for bad in ["", "a\r\nX-Evil: 1", "a b", "é", String(repeating: "x", count: 129)] {
            request.requestID = bad
            #expect(await client.events(of: request).1?.code == .invalidRequest, "\(bad)")
        }
        #expect(transport.requests.count == 1)
    }

    @Test func `a number that is none is refused before sending`() async {
        var request = ChatCompletionRequest.make()
        request.temperature = .nan
        let transport = ScriptedTransport()
        #expect(await DeepSeekClient.make(transport).events(of: request).1?.code == .invalidRequest)
        #expect(transport.requests.isEmpty)
    }

    @Test func `a whole answer is read after the blank lines that keep it alive`() async throws {
        let json =
            #"{"id":"a1","model":"m","novel":1,"choices":[{"message":{"role":"assistant","content":"Be","reasoning_content":"Hm"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#
        let answer = ScriptedTransport.Answer(
            headers: [.init("Content-Type", "application/json")],
            steps: [.text("\n"), .text("\n\n"), .text(String(json.prefix(20))), .text(String(json.dropFirst(20)))]
        )
        let completion = try await DeepSeekClient.make(.init(answer)).complete(.make())
        #expect(completion.id == "a1")
        #expect(completion.content == "Be")
        #expect(completion.reasoning == "Hm")
        #expect(completion.finishReason == .stop)
        #expect(completion.usage?.totalTokens == 2)
    }

    @Test func `a whole answer is tried again when it is empty`() async throws {
        func answer(_ text: String) -> ScriptedTransport.Answer {
            .page(200, #"{"choices":[{"message":{"content":"\#(text)"},"finish_reason":"stop"}]}"#)
        }
        let transport = ScriptedTransport(answer(""), answer("x"))
        #expect(try await DeepSeekClient.make(transport).complete(.make()).content == "x")
        #expect(transport.requests.count == 2)
    }

    @Test(arguments: ["<html>hello</html>", "{\"choices\":[", "{}", ""])
    func `a whole answer that is none is a decoding error`(_ body: String) async {
        await #expect { try await DeepSeekClient.make(.init(.page(200, body))).complete(.make()) } throws: {
            ($0 as? DeepSeekError)?.code == .decoding
        }
    }
}
