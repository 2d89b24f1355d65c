import DeepSeekKit
import PlatformCore
import Testing

/// What is refused before sending, and what is not.
@Suite struct CheckTests {
    /// A request that is fine, changed.
    private static func request(_ change: (inout ChatCompletionRequest) -> Void) -> ChatCompletionRequest {
        var request = ChatCompletionRequest.make("Answer in json.")
        change(&request)
        return request
    }

    private static let call = ChatMessage(
        role: .assistant,
        content: nil,
        reasoningContent: "",
        toolCalls: [.init(id: "c1", name: "now", arguments: "{}")]
    )
    private static let schema: JSONValue = [
        "type": "object", "properties": ["a": ["type": "string"]], "required": ["a"], "additionalProperties": false,
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let request: ChatCompletionRequest

        /// A request and a part of the sentence that refuses it.
        init(_ sentence: String, _ change: (inout ChatCompletionRequest) -> Void) {
            testDescription = sentence
            request = CheckTests.request(change)
        }
    }

    static let refused: [Case] = [
        Case("model is empty") { $0.model = "" },
        Case("messages is empty") { $0.messages = [] },
        Case("temperature is 2.5: give 0 to 2") { $0.temperature = 2.5 },
        Case("topP is 1.1") { $0.topP = 1.1 },
        Case("frequencyPenalty is -3") { $0.frequencyPenalty = -3 },
        Case("presencePenalty is 3") { $0.presencePenalty = 3 },
        Case("maxTokens is 0") { $0.maxTokens = 0 },
        Case("stop has an empty text") { $0.stop = ["x", ""] },
        Case("stop has 17 texts") { $0.stop = .init(repeating: "x", count: 17) },
        Case("topLogprobs is 21") { ($0.logprobs, $0.topLogprobs) = (true, 21) },
        Case("topLogprobs needs logprobs") { $0.topLogprobs = 2 },
        Case("tools has 129 functions") { $0.tools = (0..<129).map { .init(name: "f\($0)") } },
        Case("tools has a function \"\"") { $0.tools = [.init(name: "")] },
        Case("tools has a function \"get time\"") { $0.tools = [.init(name: "get time")] },
        Case("tools has a function \"时间\"") { $0.tools = [.init(name: "时间")] },
        Case("a name is 1 to 64 letters") { $0.tools = [.init(name: .init(repeating: "a", count: 65))] },
        Case("tools has two functions \"now\"") { $0.tools = [.init(name: "now"), .init(name: "now")] },
        Case("tools has 1 strict functions of 2") { $0.tools = [.init(name: "a", isStrict: true), .init(name: "b")] },
        Case("toolChoice requires a tool") { ($0.toolChoice, $0.thinking) = (.required, .disabled) },
        Case("toolChoice names \"b\"") {
            ($0.tools, $0.toolChoice, $0.thinking) = ([.init(name: "a")], .named("b"), .disabled)
        },
        Case("toolChoice must be auto or none while the model thinks") {
            ($0.tools, $0.toolChoice) = ([.init(name: "a")], .required)
        },
        Case("while the model thinks: set thinking to .disabled") {
            ($0.tools, $0.toolChoice, $0.thinking) = ([.init(name: "a")], .named("a"), .enabled)
        },
        Case("userID must be") { $0.userID = "someone@example.com" },
        Case("userID must be 1 to 512") { $0.userID = .init(repeating: "a", count: 513) },
        Case("needs the word \"json\" in a message") {
            ($0.responseFormat, $0.messages) = (.jsonObject, [.user("Give an object with js on it.")])
        },
        Case("messages[1] is a prefix") {
            $0.messages += [.init(role: .assistant, content: .text("A"), isPrefix: true), .user("b")]
        },
        Case("messages[0] is a prefix") { $0.messages[0].isPrefix = true },
        Case("messages[0] has a picture or file, but is of role system") {
            $0.messages.insert(.init(role: .system, content: .parts([.imageURL("https://x.example")])), at: 0)
        },
        Case("messages[1] has no content") { $0.messages.append(.init(role: .assistant, content: nil)) },
        Case("messages[0] has no content") { $0.messages[0].content = nil },
        Case("messages[1] answers the call \"c1\"") { $0.messages.append(.tool("42", answering: "c1")) },
        Case("messages[2] answers the call \"c2\"") { $0.messages += [call, .tool("42", answering: "c2")] },
        Case("messages[3] answers the call \"c1\"") {
            $0.messages += [call, .tool("42", answering: "c1"), .tool("42", answering: "c1")]
        },
        Case("messages[2] stands where a tool message must answer the call \"c1\"") {
            $0.messages += [call, .system("Hurry."), .tool("42", answering: "c1")]
        },
        Case("messages ends before a tool message has answered the call \"c1\"") { $0.messages.append(call) },
        Case("messages[1] calls tools without reasoningContent") {
            $0.messages += [call, .tool("42", answering: "c1")]
            $0.messages[1].reasoningContent = nil
        },
    ]

    @Test(arguments: refused)
    func `what the API is known to refuse is not sent`(_ wrong: Case) async {
        let transport = ScriptedTransport()
        let (_, error) = await DeepSeekClient.make(transport).events(of: wrong.request)
        #expect(error?.code == .invalidRequest)
        #expect(error?.message.contains(wrong.testDescription) == true, "\(error?.message ?? "sent")")
        #expect(error?.attempts == 0)
        #expect(transport.requests.isEmpty)
    }

    @Test(arguments: refused)
    func `it is sent to a server that may take more`(_ wrong: Case) async {
        let transport = ScriptedTransport(.stream(Chunk.content("x"), Chunk.finish(), Chunk.done))
        let client = DeepSeekClient.make(transport) { $0.checksRequests = false }
        #expect(await client.events(of: wrong.request).1 == nil)
        #expect(transport.requests.count == 1)
    }

    static let accepted: [ChatCompletionRequest] = [
        request { ($0.temperature, $0.topP, $0.maxTokens, $0.logprobs, $0.topLogprobs) = (2, 0, 1, true, 20) },
        request { $0.stop = .init(repeating: "x", count: 16) },
        request { $0.tools = (0..<128).map { .init(name: "f\($0)") } },
        request { ($0.tools, $0.toolChoice) = ([.init(name: "a")], .auto) },
        request { ($0.tools, $0.toolChoice) = ([.init(name: "a")], .some(.none)) },
        request { ($0.tools, $0.toolChoice, $0.thinking) = ([.init(name: "a")], .required, .disabled) },
        request { ($0.tools, $0.toolChoice, $0.reasoningEffort) = ([.init(name: "a")], .required, .some(.none)) },
        request { ($0.tools, $0.toolChoice, $0.model) = ([.init(name: "a")], .named("a"), "another-model") },
        request { $0.responseFormat = .jsonObject },
        request { ($0.responseFormat, $0.messages[0]) = (.jsonObject, .user("A jJSON.")) },
        request { $0.userID = "a-Z_09" },
        request { $0.messages += [call, .tool("42", answering: "c1"), .user("And?")] },
        request {
            $0.messages += [call, .tool("42", answering: "c1")]
            ($0.messages[1].reasoningContent, $0.thinking) = (nil, .disabled)
        },
        request { $0.messages.append(.init(role: .assistant, content: .text("{"), isPrefix: true)) },
        request { $0.messages[0].content = .parts([.text("json"), .imageURL("https://x.example"), .file(id: "f")]) },
        request { $0.tools = [.init(name: "a", parameters: schema, isStrict: true)] },
    ]

    @Test(arguments: accepted)
    func `what the API takes is sent`(_ request: ChatCompletionRequest) async {
        let transport = ScriptedTransport(.stream(Chunk.content("x"), Chunk.finish(), Chunk.done))
        #expect(await DeepSeekClient.make(transport).events(of: request).1 == nil)
    }

    @Test(
        arguments: [
            ("parameters lacks additionalProperties: false", ["type": "object"]),
            (
                "parameters does not require \"b\"",
                [
                    "type": "object", "properties": ["a": [:], "b": [:]], "required": ["a"],
                    "additionalProperties": false,
                ]
            ),
            (
                "parameters.anyOf[1] has minLength",
                ["anyOf": [["type": "string"], ["type": "string", "minLength": 1]]]
            ),
            ("parameters.items is of type \"null\"", ["type": "array", "items": ["type": "null"]]),
            ("parameters.$defs.x lacks", ["$ref": "#/$defs/x", "$defs": ["x": ["type": "object"]]]),
            ("parameters is not a schema object", ["string"]),
        ] as [(String, JSONValue)]
    )
    func `a schema that strict tools do not take is not sent`(_ sentence: String, _ schema: JSONValue) async {
        let request = Self.request { $0.tools = [.init(name: "f", parameters: schema, isStrict: true)] }
        let (_, error) = await DeepSeekClient.make(.init()).events(of: request)
        #expect(error?.message.contains("the strict function \"f\": \(sentence)") == true, "\(error?.message ?? "")")
        let loose = Self.request { $0.tools = [.init(name: "f", parameters: schema)] }
        let transport = ScriptedTransport(.stream(Chunk.content("x"), Chunk.finish(), Chunk.done))
        #expect(await DeepSeekClient.make(transport).events(of: loose).1 == nil)
    }

    @Test func `a gap is checked too`() async {
        var request = FIMCompletionRequest(model: "m", prompt: "x", maxTokens: 5000)
        await #expect { try await DeepSeekClient.make(.init()).complete(request) } throws: {
            ($0 as? DeepSeekError)?.message.contains("maxTokens is 5000: give 1 to 4096") == true
        }
        request.maxTokens = 4096
        request.logprobs = 21
        await #expect { try await DeepSeekClient.make(.init()).complete(request) } throws: {
            ($0 as? DeepSeekError)?.message.contains("logprobs is 21") == true
        }
    }
}
