import Testing

@testable import DeepSeekKit

@Suite struct ChunkTemplateTests {
    @Test func `a stream means the same whether its chunks are alike or not`() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let chunks = (0..<20).map { _ in Self.chunk(&generator) }
            let events = try Self.events(chunks)
            // Each in a stream of its own has no chunk before it.
            let alone = try chunks.flatMap { try Self.events([$0]) }
            #expect(events == alone)
        }
    }

    @Test func `a chunk like the one before is told without decoding`() throws {
        let first = #"{"id":"a","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}]}"#
        let template = try #require(try Self.template(first))
        func read(_ text: String) -> ChatCompletionEvent? { template.read(Array(text.utf8)[...]) }
        #expect(read(first) == .content("Hello"))
        #expect(read(first.replacing("Hello", with: " wörld 🚀")) == .content(" wörld 🚀"))
        for other in [
            first.replacing("Hello", with: ""), first.replacing("Hello", with: #"a\nb"#),
            first.replacing("Hello", with: #"a","x":"b"#), first.replacing("Hello", with: "a\u{1}b"),
            first.replacing("null", with: #""stop""#), first.replacing(#""a""#, with: #""b""#), "{}", "",
        ] {
            #expect(read(other) == nil)
        }
        let broken = Array(first.utf8).map { $0 == UInt8(ascii: "H") ? 0xFF : $0 }
        #expect(template.read(broken[...]) == nil)
    }

    @Test(arguments: [
        #"{"choices":[{"delta":{"content":"a\nb"}}]}"#,
        #"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#,
        #"{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}"#,
        #"{"choices":[{"delta":{"content":"a","reasoning_content":"b"}}]}"#, #"{"choices":[{"delta":{"content":""}}]}"#,
        #"{"choices":[{"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}"#,
        #"{"x":{"content":"a"},"choices":[{"delta":{"content":"a"}}]}"#, #"{"choices":[]}"#,
        #"{"choices":[{"delta":{"content" : "a"}}]}"#,
    ])
    func `what says more than one plain text is no template`(chunk: String) throws {
        #expect(try Self.template(chunk) == nil)
    }

    private static func template(_ text: String) throws -> ChunkTemplate? {
        let data = Array(text.utf8)[...]
        let chunk: ChatCompletionAnswer = try #require(JSONText.read(data))
        return ChunkTemplate(data, of: chunk)
    }

    private static func events(_ chunks: [String]) throws -> [ChatCompletionEvent] {
        var reader = ChatStreamReader(eventLimit: 1 << 20, streamLimit: 1 << 20, mayBeEmpty: true)
        var events: [ChatCompletionEvent] = []
        for chunk in chunks { try reader.read(Array("data: \(chunk)\n\n".utf8), into: &events) }
        var folded = ChatCompletion()
        for event in events { folded.apply(event) }
        #expect(folded.message.content == reader.answer.message.content)
        #expect(folded.message.reasoningContent == reader.answer.message.reasoningContent)
        return events
    }

    private static func chunk(_ generator: inout SystemRandomNumberGenerator) -> String {
        let pieces = ["a", " b", "ü", "🚀", #"\n"#, #"\""#, #"\\"#, #"\u0041"#, "content", ":", ""]
        let text = (0..<Int.random(in: 0...3, using: &generator)).map { _ in pieces.randomElement(using: &generator)! }
        let said = text.joined()
        let deltas = [
            #"{"content":"\#(said)"}"#, #"{"content":"\#(said)","reasoning_content":null}"#,
            #"{"content":null,"reasoning_content":"\#(said)"}"#, #"{"role":"assistant","content":"\#(said)"}"#,
            #"{"tool_calls":[{"index":0,"function":{"arguments":"\#(said)"}}]}"#,
        ]
        let id = ["x", "y"].randomElement(using: &generator)!
        return #"{"id":"\#(id)","choices":[{"index":0,"delta":\#(deltas.randomElement(using: &generator)!)}]}"#
    }
}
