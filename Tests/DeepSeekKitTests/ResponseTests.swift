import DeepSeekKit
import Testing

/// What is read from an answer, whole or streamed.
@Suite struct ResponseTests {
    private static func whole(_ json: String) async throws -> ChatCompletion {
        try await DeepSeekClient.make(.init(.page(200, json))).complete(.make())
    }

    private static func streamed(_ chunks: String...) async -> ChatCompletion {
        var answer = ScriptedTransport.Answer()
        answer.steps = (chunks + [Chunk.done]).map { .text("data: \($0)\n\n") }
        var completion = ChatCompletion()
        for event in await DeepSeekClient.make(.init(answer)).events().0 { completion.apply(event) }
        return completion
    }

    @Test func `unknown fields are kept where they stood`() async throws {
        let answer = try await Self.whole(
            #"{"id":"a","object":"chat.completion","created":12,"model":"m","system_fingerprint":"fp","service":null,"choices":[{"index":0,"message":{"role":"assistant","content":"x","refusal":null,"annotations":[1]},"finish_reason":"stop","mood":1}],"usage":{"prompt_tokens":1,"audio_tokens":4}}"#
        )
        #expect(answer.additionalFields == ["system_fingerprint": "fp"])
        #expect(answer.message.additionalFields == ["annotations": [1]])
        #expect(answer.usage?.additionalFields == ["audio_tokens": 4])
        #expect(answer.created == 12)
    }

    @Test func `what a server said beside its answer goes back to it with the history`() async throws {
        let answer = try await Self.whole(
            #"{"choices":[{"message":{"content":"x","signature":"s1"},"finish_reason":"stop"}]}"#
        )
        let transport = ScriptedTransport()
        let client = DeepSeekClient.make(transport) { $0.retry.limit = 0 }
        _ = await client.events(of: .init(model: "m", messages: [.user("a"), answer.message, .user("b")]))
        let body = String(decoding: try #require(transport.requests.first).body, as: UTF8.self)
        #expect(body.contains(#"{"content":"x","role":"assistant","signature":"s1"}"#))
    }

    @Test func `cache hits and thoughts are counted, from whichever field tells them`() async throws {
        func usage(_ json: String) async throws -> Usage? {
            try await Self.whole(#"{"choices":[{"message":{"content":"x"}}],"usage":\#(json)}"#).usage
        }
        let full =
            #"{"prompt_tokens":10,"prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":4,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":6},"completion_tokens_details":{"reasoning_tokens":3}}"#
        let openAI = #"{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":6}}"#
        var expected = Usage(
            promptTokens: 10,
            promptCacheHitTokens: 6,
            promptCacheMissTokens: 4,
            completionTokens: 5,
            reasoningTokens: 3,
            totalTokens: 15
        )
        #expect(try await usage(full) == expected)
        expected.reasoningTokens = 0
        #expect(try await usage(openAI) == expected)
        #expect(try await usage(#"{"prompt_tokens":"many"}"#) == Usage())
    }

    @Test func `probabilities of tokens are read, whole and in pieces`() async throws {
        let lists =
            #"{"content":[{"token":"x","logprob":-0.1,"bytes":[120],"top_logprobs":[{"token":"x","logprob":-0.1,"bytes":[120]}]}],"reasoning_content":[{"token":"r","logprob":-2}]}"#
        let token = Logprobs.Token(
            text: "x",
            logprob: -0.1,
            bytes: [120],
            top: [.init(text: "x", logprob: -0.1, bytes: [120])]
        )
        let thought = Logprobs.Token(text: "r", logprob: -2)
        let whole = try await Self.whole(#"{"choices":[{"message":{"content":"x"},"logprobs":\#(lists)}]}"#)
        #expect(whole.logprobs == Logprobs(content: [token], reasoning: [thought]))
        let chunk = #"{"choices":[{"delta":{"content":"x"},"logprobs":\#(lists)}]}"#
        let streamed = await Self.streamed(chunk, chunk, Chunk.finish())
        #expect(streamed.logprobs == Logprobs(content: [token, token], reasoning: [thought, thought]))
    }

    @Test func `of several choices the first counts`() async throws {
        let whole = try await Self.whole(
            #"{"choices":[{"index":1,"message":{"content":"b"}},{"index":0,"message":{"content":"a"}}]}"#
        )
        #expect(whole.content == "a")
        let streamed = await Self.streamed(
            #"{"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":"length"}]}"#,
            #"{"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}"#,
            Chunk.finish()
        )
        #expect(streamed.content == "a")
        #expect(streamed.finishReason == .stop)
    }

    @Test func `thoughts under another server's name are thoughts`() async throws {
        let answer = try await Self.whole(#"{"choices":[{"message":{"content":"x","reasoning":"Hm"}}]}"#)
        #expect(answer.reasoning == "Hm")
        #expect(answer.message.additionalFields.isEmpty)
    }

    @Test func `an error in a body of status 200 has its request id`() async {
        let page = ScriptedTransport.Answer.page(
            200,
            #"{"error":{"message":"boom","code":"invalid_request_error"}}"#,
            .init("x-request-id", "r1")
        )
        do throws(DeepSeekError) {
            _ = try await DeepSeekClient.make(.init(page)).complete(.make())
            Issue.record("it was read")
        } catch {
            #expect(error.code == .invalidRequest)
            #expect(error.message == "boom")
            #expect(error.requestID == "r1")
        }
    }
}
