import DeepSeekKit
import DeepSeekSimulator
import TestSupport
import Testing

/// The simulator as a test server: answers written beforehand, and what it keeps of the requests.
@Suite struct ScriptTests {
    @Test func `a list is answered in its order, then the simulator makes its own`() async throws {
        let script = Script([
            .init([.reasoning("Hm."), .content("One "), .pause(.milliseconds(5)), .content("two.")]),
            .init([.content("only")], when: "special"),
            .init(status: 402, headers: ["X-Why": "no money"]),
            .init([.content("Half"), .finish("length")]),
        ])
        try await withSimulator(script: script) { _, client in
            let (events, _) = await client.events()
            #expect(events.dropLast(2) == [.reasoning("Hm."), .content("One "), .content("two.")])
            #expect(ChatCompletion(events).usage?.reasoningTokens == 1)
            #expect(await client.events().1?.code == .insufficientBalance)
            let whole = try await client.complete(.make())
            #expect(whole.finishReason == .length)
            let second = try await client.complete(.make("Something special?"))
            #expect(second.content == "only")
            let third = try await client.complete(.make("Something special?"))
            #expect(third.content.contains("simulated answer"))
        }
    }

    @Test func `a closure sees the request and decides`() async throws {
        let script = Script { request in
            guard request.values(of: "X-Tenant") == ["seven"] else { return nil }
            return ScriptedAnswer([.content("You are seven and asked \(request.question?.text ?? "")")])
        }
        try await withSimulator(
            script: script,
            configuration: .init(retry: .quick, additionalHeaders: ["X-Tenant": "seven"])
        ) { _, client in
            let whole = try await client.complete(.make("who"))
            #expect(whole.content == "You are seven and asked who")
        }
    }

    @Test func `a file of JSON says the same`() async throws {
        let json = #"""
            [
              { "when": "weather", "steps": [ { "reasoning": "Look." }, { "tool": "weather", "arguments": "{}" } ] },
              { "status": 429, "headers": { "Retry-After": "0" }, "times": 2 },
              { "steps": [ { "content": "It" }, { "pause": 1 }, { "content": " is" }, "cut" ] },
              { "steps": [ { "raw": "data: [DO" }, { "raw": "NE]\n\n" } ] },
              { "steps": [ { "event": "{\"choices\":[{\"delta\":{\"content\":\"odd\"},\"finish_reason\":\"stop\"}]}" } ] },
              { "always": true, "steps": [ { "content": "ever" } ], "faults": "[[usage-apart]]" }
            ]
            """#
        try await withSimulator(script: try Script(json: Array(json.utf8))) { _, client in
            let called = try await client.complete(.make("The weather?"))
            #expect(called.message.toolCalls.map(\.name) == ["weather"])
            let (_, cut) = await client.events()
            #expect(cut?.attempts == 3)
            #expect(cut?.partial?.content == "It is")
            // [DONE] alone is an answer without a word, which is asked again.
            #expect(await client.events().0 == [.content("odd"), .finish(.stop)])
            for _ in 0..<3 {
                let answer = try await client.complete(.make())
                #expect(answer.content == "ever")
            }
        }
    }

    @Test(arguments: [
        (#"[{"steps":[{"contents":"x"}]}]"#, #"answers[0].steps[0]: "contents" is unknown here"#),
        (#"[{},{"step":[]}]"#, #"answers[1]: "step" is unknown here"#),
        (#"[{"steps":["boom"]}]"#, #"answers[0].steps[0]: "boom" is no step: stall, cut and reset are"#),
        (#"[{"steps":[{"tool":"x"}]}]"#, #"answers[0].steps[0]: "arguments" is missing"#),
        (#"[{"status":"x"}]"#, "answers[0].status: this is of another type than it must be"),
    ])
    func `a slip in the file is told with its place`(_ json: String, _ complaint: String) {
        do throws(ScriptError) {
            _ = try Script(json: Array(json.utf8))
            Issue.record("it was read")
        } catch {
            #expect(error.description == complaint)
        }
    }

    @Test func `requests are kept as they came, without the key`() async throws {
        try await withSimulator { simulator, client in
            _ = try await client.complete(.make("nonce-kept"))
            _ = try await client.models()
            _ = await client.events(of: .make("[[error 402]]"))
            let kept = simulator.requests
            #expect(kept.map(\.number) == [1, 2, 3])
            #expect(kept.map(\.method) == ["POST", "GET", "POST"])
            #expect(kept.map(\.path) == ["/chat/completions", "/models", "/chat/completions"])
            #expect(kept.map(\.status) == [200, 200, 402])
            #expect(kept[0].values(of: "content-type") == ["application/json"])
            #expect(kept[0].values(of: "authorization") == ["Bearer …"])
            #expect(String(decoding: kept[0].body, as: UTF8.self).contains("nonce-kept"))
            #expect(kept.map { $0.question == nil } == [false, true, false])
            try await eventually(.seconds(20), "the ends are noted") {
                simulator.requests.map(\.ending) == [.complete, .complete, .complete]
            }
        }
    }

    @Test func `the account and the models can be asked for`() async throws {
        try await withSimulator { _, client in
            let models = try await client.models()
            #expect(models.map(\.id) == ["deepseek-flash", "deepseek-v4-pro"])
            let balance = try await client.balance()
            #expect(balance.amounts.map(\.total) == ["110.00"])
        }
    }

    @Test func `a gap is filled, whole and piece by piece`() async throws {
        try await withSimulator { simulator, client in
            let request = FIMCompletionRequest(model: "deepseek-flash", prompt: "nonce-gap", suffix: "}")
            let whole = try await client.complete(request)
            #expect(whole.content == "/* simulated: nonce-gap, after 9 bytes of prompt */")
            var events: [ChatCompletionEvent] = []
            for try await event in client.stream(request) { events.append(event) }
            #expect(ChatCompletion(events).content == whole.content)
            #expect(simulator.requests.map(\.path) == ["/beta/completions", "/beta/completions"])
        }
    }

    @Test func `it refuses what the real API refuses`() async throws {
        try await withSimulator(configuration: .init(retry: .quick, checksRequests: false)) { _, client in
            var request = ChatCompletionRequest.make()
            request.tools = [.init(name: "now")]
            request.toolChoice = .required
            #expect(await client.events(of: request).1?.message.contains("does not support this tool_choice") == true)
            request.thinking = .disabled
            #expect(await client.events(of: request).1 == nil)
            var chat = ChatCompletionRequest.make()
            chat.messages += [
                .init(role: .assistant, content: nil, toolCalls: [.init(id: "c", name: "now", arguments: "{}")]),
                .tool("noon", answering: "c"),
            ]
            #expect(await client.events(of: chat).1?.message.contains("reasoning_content") == true)
        }
    }
}
