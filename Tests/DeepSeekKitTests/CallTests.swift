import DeepSeekKit
import PlatformCore
import Testing

/// Every call of the API: where it goes, what it says, how its answer is read.
@Suite struct CallTests {
    typealias Answer = ScriptedTransport.Answer

    private static let filled =
        #"{"id":"f1","object":"text_completion","created":5,"model":"m","choices":[{"text":"a, b = 0, 1","index":0,"logprobs":{"tokens":["a","b"],"token_logprobs":[null,-0.5],"top_logprobs":[null,{"b":-0.5,"c":-1.5}],"text_offset":[0,1]},"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":2}}"#

    @Test func `a gap is filled by the beta address`() async throws {
        let transport = ScriptedTransport(.page(200, Self.filled))
        var request = FIMCompletionRequest(model: "m", prompt: "def fib(n):", suffix: "return b", maxTokens: 64)
        request.stop = ["\n\n"]
        request.temperature = 0
        let answer = try await DeepSeekClient.make(transport).complete(request)
        #expect(answer.content == "a, b = 0, 1")
        #expect(answer.created == 5)
        #expect(answer.usage?.totalTokens == 6)
        #expect(
            answer.logprobs?.content == [
                .init(text: "a", logprob: nil),
                .init(
                    text: "b",
                    logprob: -0.5,
                    top: [.init(text: "b", logprob: -0.5), .init(text: "c", logprob: -1.5)]
                ),
            ]
        )
        let sent = try #require(transport.requests.first)
        #expect(sent.url == "https://api.deepseek.com/beta/completions")
        #expect(
            String(decoding: sent.body, as: UTF8.self)
                == #"{"max_tokens":64,"model":"m","prompt":"def fib(n):","stop":["\n\n"],"stream":false,"suffix":"return b","temperature":0}"#
        )
    }

    @Test func `a gap is filled piece by piece`() async throws {
        let transport = ScriptedTransport(
            .stream(
                #"{"choices":[{"text":"a, ","index":0,"finish_reason":null}]}"#,
                #"{"choices":[{"text":"b","index":0,"finish_reason":"length"}],"usage":null}"#,
                Chunk.done
            )
        )
        var events: [ChatCompletionEvent] = []
        for try await event in DeepSeekClient.make(transport).stream(FIMCompletionRequest(model: "m", prompt: "x")) {
            events.append(event)
        }
        #expect(events == [.content("a, "), .content("b"), .finish(.length)])
        #expect(transport.requests.first?.url == "https://api.deepseek.com/beta/completions")
    }

    @Test func `a gap that needs nothing is an answer`() async throws {
        let transport = ScriptedTransport(.page(200, #"{"choices":[{"text":"","finish_reason":"stop"}]}"#))
        #expect(
            try await DeepSeekClient.make(transport).complete(FIMCompletionRequest(model: "m", prompt: "x")).isEmpty
        )
    }

    @Test func `the models are listed in the server's order`() async throws {
        let list =
            #"{"object":"list","data":[{"id":"deepseek-v4-pro","object":"model","owned_by":"deepseek"},{"id":"x","context":5}]}"#
        let transport = ScriptedTransport(.page(200, list))
        let models = try await DeepSeekClient.make(transport).models()
        #expect(
            models == [
                Model(id: "deepseek-v4-pro", owner: "deepseek"), Model(id: "x", additionalFields: ["context": 5]),
            ]
        )
        let sent = try #require(transport.requests.first)
        #expect(sent.method == "GET")
        #expect(sent.url == "https://api.deepseek.com/models")
        #expect(sent.body.isEmpty)
        #expect(!sent.headers.contains { $0.name == "Content-Type" })
        #expect(sent.headers.contains(.init("Authorization", "Bearer sk-secret-key")))
    }

    @Test func `the balance is read to the last digit`() async throws {
        let page =
            #"{"is_available":true,"balance_infos":[{"currency":"CNY","total_balance":"110.00","granted_balance":"10.00","topped_up_balance":"100.00"}]}"#
        let transport = ScriptedTransport(.page(200, page))
        let balance = try await DeepSeekClient.make(transport).balance()
        #expect(
            balance
                == Balance(
                    isAvailable: true,
                    amounts: [.init(currency: "CNY", total: "110.00", granted: "10.00", toppedUp: "100.00")]
                )
        )
        #expect(transport.requests.first?.url == "https://api.deepseek.com/user/balance")
    }

    @Test func `questions without a model are tried again and fail as the others do`() async throws {
        let log = EventLog()
        let list = Answer.page(200, #"{"data":[]}"#)
        let transport = ScriptedTransport(.page(503, "{}"), list, .page(404, "<html>no such page</html>"))
        let client = DeepSeekClient.make(transport) { $0.onEvent = { log.note($0) } }
        #expect(try await client.models() == [])
        #expect(log.lines.map(\.message) == ["retrying", "answer complete"])
        do throws(DeepSeekError) {
            _ = try await client.balance()
            Issue.record("there is no balance")
        } catch {
            #expect(error.code == .invalidRequest)
            #expect(error.status == 404)
            #expect(error.message == "<html>no such page</html>")
        }
    }

    @Test(arguments: ["{}", "[]", "<html>", #"{"data":[{"name":"x"}]}"#])
    func `what is no list of models is quoted`(_ page: String) async {
        let answer = Answer.page(200, page, .init("x-ds-trace-id", "t1"))
        do throws(DeepSeekError) {
            _ = try await DeepSeekClient.make(.init(answer)).models()
            Issue.record("it was read")
        } catch {
            #expect(error.code == .decoding)
            #expect(error.message == "the answer is not a list of models: \(page)")
            #expect(error.status == 200)
            #expect(error.requestID == "t1")
        }
    }

    @Test(arguments: [
        ("https://api.deepseek.com", "https://api.deepseek.com/beta/chat/completions"),
        ("https://api.deepseek.com/v1", "https://api.deepseek.com/beta/chat/completions"),
        ("https://api.deepseek.com/beta/", "https://api.deepseek.com/beta/chat/completions"),
        ("https://proxy.example/deepseek", "https://proxy.example/deepseek/beta/chat/completions"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/chat/completions"),
    ])
    func `what is in beta goes to the beta address`(_ base: String, _ expected: String) async {
        var prefix = ChatCompletionRequest.make("Write a haiku.")
        prefix.messages.append(.init(role: .assistant, content: .text("Autumn"), isPrefix: true))
        var strict = ChatCompletionRequest.make()
        strict.tools = [.init(name: "now", isStrict: true)]
        let transport = ScriptedTransport()
        let client = DeepSeekClient.make(transport) {
            $0.baseURL = base
            $0.retry.limit = 0
        }
        for request in [prefix, strict, .make()] { _ = await client.events(of: request) }
        #expect(transport.requests.prefix(2).map(\.url) == [expected, expected])
        let plain = base.hasSuffix("/") ? String(base.dropLast()) : base
        #expect(transport.requests.last?.url == plain + "/chat/completions")
    }

    @Test func `the beta address can be given`() async {
        let transport = ScriptedTransport()
        let client = DeepSeekClient.make(transport) { $0.betaBaseURL = "https://elsewhere.example/fim" }
        _ = try? await client.complete(FIMCompletionRequest(model: "m", prompt: "x"))
        #expect(transport.requests.first?.url == "https://elsewhere.example/fim/completions")
    }

    @Test func `a beta address in the clear is refused before sending`() throws {
        let client = DeepSeekClient.make(.init()) { $0.betaBaseURL = "http://elsewhere.example" }
        #expect(throws: DeepSeekError.self) { try client.validate() }
    }
}
