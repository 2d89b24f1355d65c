import DeepSeekKit
import Testing

/// Which thoughts are sent back: see `readyToSend`.
@Suite struct HistoryTests {
    private static func call(_ reasoning: String?) -> ChatMessage {
        .init(
            role: .assistant,
            content: nil,
            reasoningContent: reasoning,
            toolCalls: [.init(id: "c", name: "now", arguments: "{}")]
        )
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let chat: [ChatMessage]
        /// The thoughts of each message as sent.
        let sent: [String?]
    }

    static let cases: [Case] = [
        Case(testDescription: "an empty chat", chat: [], sent: []),
        Case(
            testDescription: "no tools",
            chat: [.system("s"), .user("1"), .assistant("a", reasoning: "r1"), .user("2")],
            sent: [nil, nil, nil, nil]
        ),
        Case(
            testDescription: "in mid-turn",
            chat: [.user("1"), call("r1"), .tool("t", answering: "c")],
            sent: [nil, "r1", nil]
        ),
        Case(
            testDescription: "the whole turn, and in all later requests",
            chat: [
                .user("1"), call("r1"), .tool("t", answering: "c"), .assistant("a", reasoning: "r2"), .user("2"),
                .assistant("b", reasoning: "r3"), .user("3"),
            ],
            sent: [nil, "r1", nil, "r2", nil, nil, nil]
        ),
        Case(
            testDescription: "a turn before the first tool call",
            chat: [
                .user("1"), .assistant("a", reasoning: "r1"), .user("2"), call("r2"), .tool("t", answering: "c"),
            ],
            sent: [nil, nil, nil, "r2", nil]
        ),
        Case(
            testDescription: "no thoughts at a tool call",
            chat: [.user("1"), call(nil), .tool("t", answering: "c"), .assistant("a"), .user("2")],
            sent: [nil, "", nil, "", nil]
        ),
        Case(
            testDescription: "empty thoughts stay",
            chat: [.user("1"), call(""), .tool("t", answering: "c")],
            sent: [nil, "", nil]
        ),
        Case(
            testDescription: "a system message ends no turn",
            chat: [.user("1"), call("r1"), .tool("t", answering: "c"), .system("s"), .assistant("a", reasoning: "r2")],
            sent: [nil, "r1", nil, nil, "r2"]
        ),
        Case(
            testDescription: "a prefix keeps its own",
            chat: [
                .user("1"),
                .init(role: .assistant, content: .text("a"), reasoningContent: "r1", isPrefix: true),
            ],
            sent: [nil, "r1"]
        ),
        Case(
            testDescription: "an assistant that begins",
            chat: [.assistant("Hello", reasoning: "r0"), .user("1")],
            sent: [nil, nil]
        ),
    ]

    @Test(arguments: cases)
    func `thoughts are sent where the server wants them`(_ example: Case) {
        let ready = example.chat.readyToSend()
        #expect(ready.map(\.reasoningContent) == example.sent)
        var unchanged = ready
        for index in ready.indices { unchanged[index].reasoningContent = example.chat[index].reasoningContent }
        #expect(unchanged == example.chat)
        #expect(ready.readyToSend() == ready)
    }

    @Test func `what is ready to send passes the check`() async {
        let chat: [ChatMessage] = [.user("1"), Self.call(nil), .tool("t", answering: "c")]
        let transport = ScriptedTransport(.stream(Chunk.content("x"), Chunk.finish(), Chunk.done))
        let client = DeepSeekClient.make(transport)
        #expect(await client.events(of: .init(model: "deepseek-flash", messages: chat)).1?.attempts == 0)
        #expect(await client.events(of: .init(model: "deepseek-flash", messages: chat.readyToSend())).1 == nil)
    }
}
