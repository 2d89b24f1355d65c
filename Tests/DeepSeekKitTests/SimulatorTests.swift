import DeepSeekKit
import DeepSeekSimulator
import PlatformCore
import TestSupport
import Testing

/// The client and the simulator over a socket, as the hosts use them.
@Suite struct SimulatorTests {
    /// Runs `body` with a simulator and a client of it.
    private static func withSimulator(
        idle: Duration = .seconds(60),
        tokenInterval: Duration = .zero,
        key: String? = nil,
        checksRequests: Bool = true,
        _ body: @escaping @Sendable (DeepSeekSimulator, DeepSeekClient) async throws -> Void
    ) async throws {
        let simulator = DeepSeekSimulator(
            .init(tokenInterval: tokenInterval, keepAliveInterval: .milliseconds(20), apiKey: key)
        )
        var configuration = DeepSeekClient.Configuration(baseURL: "http://\(try simulator.bind())", retry: .quick)
        configuration.idleTimeout = idle
        configuration.checksRequests = checksRequests
        let client = DeepSeekClient(apiKey: "sk-secret-key", configuration: configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await simulator.run() }
            try await within(.seconds(60), "the test's body") { try await body(simulator, client) }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private static func whole(_ events: [ChatCompletionEvent]) -> ChatCompletion {
        var answer = ChatCompletion()
        for event in events { answer.apply(event) }
        return answer
    }

    @Test func `an answer quotes the nonce and the number of messages, in Markdown, after thoughts`() async throws {
        try await Self.withSimulator { simulator, client in
            let request = ChatCompletionRequest(
                model: "deepseek-flash",
                messages: [.system("s"), .user("one"), .assistant("two"), .user("three nonce-Ab12, please")],
                thinking: .enabled
            )
            let (events, error) = await client.events(of: request)
            #expect(error == nil)
            let answer = Self.whole(events)
            #expect(answer.content.contains("`nonce-Ab12`"))
            #expect(answer.content.contains("**4 messages**"))
            #expect(answer.content.contains("simulator"))
            #expect(answer.content.contains("\n```swift\n"))
            #expect(answer.content.contains("\n- "))
            #expect(!answer.reasoning.isEmpty)
            #expect(answer.finishReason == .stop)
            #expect(answer.usage?.completionTokens == events.count - 2)
            #expect(simulator.questions.map(\.messages.count) == [4])
            #expect(simulator.questions.first?.isThinking == true)
            let firstWord = try #require(events.firstIndex { if case .content = $0 { true } else { false } })
            let lastThought = try #require(events.lastIndex { if case .reasoning = $0 { true } else { false } })
            #expect(lastThought < firstWord)
        }
    }

    @Test func `without thinking there are no thoughts`() async throws {
        try await Self.withSimulator { _, client in
            let (events, _) = await client.events(of: .make(thinking: .disabled))
            #expect(Self.whole(events).reasoning == "")
            #expect(Self.whole(events).content.contains("nonce-"))
        }
    }

    @Test func `the whole answer is the same as the streamed one`() async throws {
        try await Self.withSimulator { _, client in
            let whole = try await client.complete(.make("Why? [[slow 60]]"))
            let streamed = Self.whole(await client.events(of: .make("Why? [[slow 60]]")).0)
            #expect(whole.message == streamed.message)
            #expect(whole.usage == streamed.usage)
        }
    }

    @Test func `the words come one by one`() async throws {
        try await Self.withSimulator(tokenInterval: .milliseconds(2)) { _, client in
            let (events, _) = await client.events(of: .make("[[tokens 200]]", thinking: .disabled))
            #expect(events.count > 200)
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: DeepSeekError.Code
        let attempts: Int
        /// Short only where it shall pass.
        var idle: Duration { code == .timedOut(.idle) ? .seconds(1) : .seconds(60) }

        init(_ words: String, _ code: DeepSeekError.Code, attempts: Int = 1) {
            (testDescription, self.code, self.attempts) = (words, code, attempts)
        }
    }

    @Test(arguments: [
        Case("[[error 400]]", .invalidRequest), Case("[[error 401]]", .authentication),
        Case("[[error 402]]", .insufficientBalance), Case("[[error 422]]", .invalidRequest),
        Case("[[error 429]]", .rateLimited, attempts: 3), Case("[[error 500]]", .server, attempts: 3),
        Case("[[error 502]]", .server), Case("[[error 503]]", .overloaded, attempts: 3),
        Case("[[error 429]] [[retry-after 60]]", .rateLimited), Case("[[html 502]]", .server),
        Case("[[html 200]]", .decoding), Case("[[redirect]]", .invalidRequest),
        Case("[[cut]]", .streamCut), Case("[[no-finish]]", .streamCut), Case("[[bad-chunk]]", .decoding),
        Case("[[complain]]", .server), Case("[[stall]]", .timedOut(.idle)), Case("[[silent]]", .timedOut(.idle)),
        Case("[[empty]]", .emptyAnswer, attempts: 3), Case("[[busy]]", .overloaded, attempts: 3),
    ])
    func `every fault has its error`(_ fault: Case) async throws {
        try await Self.withSimulator(idle: fault.idle) { simulator, client in
            let (_, error) = await client.events(of: .make("Why? \(fault.testDescription)"))
            #expect(error?.code == fault.code)
            #expect(error?.attempts == fault.attempts)
            #expect(simulator.questions.count == fault.attempts)
            try await eventually(.seconds(20), "no stream is left") { simulator.openStreams == 0 }
        }
    }

    @Test(arguments: ["[[cut]]", "[[stall]]"])
    func `what breaks in mid-answer carries what had arrived`(_ words: String) async throws {
        try await Self.withSimulator(idle: .seconds(1)) { _, client in
            let (events, error) = await client.events(of: .make("Why? \(words)"))
            #expect(error?.partial?.message == Self.whole(events).message)
            #expect(error?.partial?.content.hasPrefix("## A simulated answer") == true)
        }
    }

    @Test(arguments: ["[[error 503 x2]]", "[[error 429 x1]]", "[[busy x2]]", "[[empty x1]]", "[[no-done]]"])
    func `what a moment mends ends well`(_ words: String) async throws {
        try await Self.withSimulator { _, client in
            let (events, error) = await client.events(of: .make("Why? \(words)"))
            #expect(error == nil)
            #expect(events.last == .finish(.stop))
        }
    }

    @Test func `an answer that the filter ends says so`() async throws {
        try await Self.withSimulator { _, client in
            #expect(await client.events(of: .make("[[filtered]]")).0.last == .finish(.contentFilter))
        }
    }

    @Test func `keep-alives while queued are passed over`() async throws {
        try await Self.withSimulator { _, client in
            let (events, error) = await client.events(of: .make("Why? [[slow 200]]"))
            #expect(error == nil)
            #expect(events.last == .finish(.stop))
        }
    }

    @Test func `a wrong key is an authentication error without the key`() async throws {
        try await Self.withSimulator(key: "another") { _, client in
            let (_, error) = await client.events()
            #expect(error?.code == .authentication)
            #expect(!String(describing: error).contains("sk-secret-key"))
        }
    }

    @Test func `cancelling closes the upstream connection promptly`() async throws {
        try await Self.withSimulator(tokenInterval: .milliseconds(5)) { simulator, client in
            let tasks = (0..<10).map { _ in Task { await client.events(of: .make("[[tokens 5000]]")).1 } }
            try await eventually(.seconds(20), "ten streams are open") { simulator.openStreams == 10 }
            for task in tasks { task.cancel() }
            for task in tasks { #expect(await task.value?.code == .cancelled) }
            try await eventually(.seconds(20), "no stream is open") { simulator.openStreams == 0 }
        }
    }

    @Test func `a body that is no request is refused`() async throws {
        try await Self.withSimulator(checksRequests: false) { _, client in
            #expect(await client.events(of: .init(model: "m", messages: [])).1?.status == 422)
        }
    }
}
