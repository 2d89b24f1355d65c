import DeepSeekKit
import DeepSeekSimulator
import PlatformCore
import TestSupport
import Testing

/// Every fault that the simulator can make, streamed and whole, over a socket.
@Suite struct FaultTests {
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

    private static let refusals = [
        Case("[[error 400]]", .invalidRequest), Case("[[error 401]]", .authentication),
        Case("[[error 402]]", .insufficientBalance), Case("[[error 422]]", .invalidRequest),
        Case("[[error 429]]", .rateLimited, attempts: 3), Case("[[error 500]]", .server, attempts: 3),
        Case("[[error 502]]", .server), Case("[[error 503]]", .overloaded, attempts: 3),
        Case("[[error 429]] [[retry-after 3600]]", .rateLimited),
        Case("[[error 503]] [[retry-date 3600]]", .overloaded),
        Case("[[html 502]]", .server), Case("[[html 200]]", .decoding), Case("[[redirect]]", .invalidRequest),
        Case("[[silent]]", .timedOut(.idle)), Case("[[empty]]", .emptyAnswer, attempts: 3),
        Case("[[busy]]", .overloaded, attempts: 3), Case("[[bad-chunk]]", .decoding),
        Case("[[stall]]", .timedOut(.idle)),
    ]

    static let streamed =
        refusals + [
            Case("[[cut]]", .streamCut), Case("[[no-finish]]", .streamCut), Case("[[complain]]", .server),
            Case("[[bad-utf8]]", .decoding), Case("[[finish insufficient_system_resource]]", .overloaded),
            Case("[[finish aborted]]", .server),
        ]

    static let whole =
        refusals + [
            // Nothing of it was delivered, so it can be asked for again.
            Case("[[cut]]", .streamCut, attempts: 3), Case("[[reset]]", .streamCut, attempts: 3),
            Case("[[finish insufficient_system_resource]]", .overloaded, attempts: 3),
            Case("[[complain]]", .server, attempts: 3),
            Case("[[bad-utf8]]", .decoding),
        ]

    private static func expect(
        _ fault: Case,
        _ ask: @escaping @Sendable (DeepSeekClient, ChatCompletionRequest) async -> DeepSeekError?
    ) async throws {
        try await withSimulator(configuration: .init(idleTimeout: fault.idle, retry: .quick)) { simulator, client in
            let error = await ask(client, .make("Why? \(fault.testDescription)"))
            #expect(error?.code == fault.code)
            #expect(error?.attempts == fault.attempts)
            #expect(error?.message.isEmpty == false)
            #expect(simulator.received == fault.attempts)
            try await eventually(.seconds(20), "no stream is left") { simulator.openStreams == 0 }
        }
    }

    @Test(arguments: streamed)
    func `every fault of a stream has its error`(_ fault: Case) async throws {
        try await Self.expect(fault) { client, request in await client.events(of: request).1 }
    }

    @Test(arguments: whole)
    func `every fault of a whole answer has its error`(_ fault: Case) async throws {
        try await Self.expect(fault) { client, request in
            do throws(DeepSeekError) {
                _ = try await client.complete(request)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test func `a connection that is reset is a cut stream`() async throws {
        try await withSimulator(configuration: .init(retry: .init(limit: 0))) { simulator, client in
            // How much of it arrives before the reset, which overtakes it, nobody knows.
            #expect(await client.events(of: .make("Why? [[reset]]")).1?.code == .streamCut)
            #expect(simulator.requests.map(\.ending) == [.broken])
        }
    }

    @Test(arguments: ["[[cut]]", "[[stall]]", "[[bad-chunk]]", "[[bad-utf8]]", "[[complain]]"])
    func `what breaks in mid-answer carries what had arrived`(_ words: String) async throws {
        try await withSimulator(configuration: .init(idleTimeout: .seconds(1), retry: .quick)) { _, client in
            let (events, error) = await client.events(of: .make("Why? \(words)"))
            #expect(error?.partial?.message == ChatCompletion(events).message)
            #expect(error?.partial?.content.hasPrefix("## A simulated answer") == true)
        }
    }

    @Test(arguments: [
        "[[error 503 x2]]", "[[error 429 x1]]", "[[error 500 x2]]", "[[busy x2]]", "[[empty x1]]",
        "[[error 429 x1]] [[retry-after 0]]", "[[error 503 x1]] [[retry-date 0]]",
    ])
    func `what a moment mends ends well`(_ words: String) async throws {
        try await withSimulator { _, client in
            let (events, error) = await client.events(of: .make("Why? \(words)"))
            #expect(error == nil)
            #expect(events.last == .finish(.stop))
            let whole = try await client.complete(.make("And? \(words)"))
            #expect(whole.finishReason == .stop)
        }
    }

    @Test(arguments: [
        "[[no-done]]", "[[slow 200]]", "[[usage-apart]]", "[[bytes]]", "[[gzip]]", "[[gzip-members]]",
        "[[gzip]] [[bytes]]", "[[gzip-members]] [[bytes]] [[slow 100]]",
    ])
    func `what is odd and yet right is the same answer`(_ words: String) async throws {
        try await withSimulator { _, client in
            let plain = try await client.complete(.make("Why? nonce-odd"))
            let (events, error) = await client.events(of: .make("Why? nonce-odd \(words)"))
            #expect(error == nil)
            #expect(ChatCompletion(events).message == plain.message)
            #expect(ChatCompletion(events).usage?.completionTokens == plain.usage?.completionTokens)
            #expect(events.last == .finish(.stop))
            let whole = try await client.complete(.make("Why? nonce-odd \(words)"))
            #expect(whole.message == plain.message)
        }
    }

    @Test func `what the server asks to wait is kept to, in seconds or as a date`() async throws {
        let log = EventLog()
        let configuration = DeepSeekClient.Configuration(
            retry: .init(delay: .milliseconds(1), maximumDelay: .seconds(10)),
            onEvent: { log.note($0) }
        )
        try await withSimulator(configuration: configuration) { _, client in
            for words in ["[[error 429 x1]] [[retry-after 1]]", "[[error 503 x1]] [[retry-date 2]]"] {
                let began = ContinuousClock.now
                #expect(await client.events(of: .make("Why? \(words)")).1 == nil)
                // A date is of whole seconds.
                #expect(ContinuousClock.now - began >= .milliseconds(900))
            }
            let waits = log.all.compactMap { if case .retrying(_, let delay, _, _) = $0 { delay } else { nil } }
            #expect(waits.count == 2)
            #expect(waits.allSatisfy { $0 > .milliseconds(900) && $0 < .seconds(4) })
        }
    }

    @Test(arguments: ["", " [[gzip-members]]"])
    func `an answer of ten megabytes is whole`(_ words: String) async throws {
        try await withSimulator { _, client in
            let request = ChatCompletionRequest.make("Much! [[megabytes 10]]\(words)")
            var bytes = 0
            for try await event in client.stream(request) {
                if case .content(let text) = event { bytes += text.utf8.count }
            }
            #expect(bytes == 10 << 20)
            let whole = try await client.complete(request)
            #expect(whole.content.utf8.count == 10 << 20)
        }
    }

    @Test(arguments: [true, false])
    func `an answer larger than allowed is refused before it is whole`(_ isStreamed: Bool) async throws {
        try await withSimulator(configuration: .init(maximumEventBytes: 1 << 20, maximumStreamBytes: 2 << 20)) {
            simulator,
            client in
            let request = ChatCompletionRequest.make("Much! [[megabytes 100]]")
            if isStreamed {
                #expect(await client.events(of: request).1?.code == .decoding)
            } else {
                await #expect(throws: DeepSeekError.self) { _ = try await client.complete(request) }
            }
            try await eventually(.seconds(20), "the simulator is rid of it") { simulator.openStreams == 0 }
            #expect(simulator.requests.last?.ending == .clientLeft)
        }
    }

    @Test func `a call of a tool comes in pieces and is whole`() async throws {
        try await withSimulator { simulator, client in
            var request = ChatCompletionRequest.make(#"Look! [[tool look_up {"id": 7}]]"#)
            let (events, error) = await client.events(of: request)
            #expect(error == nil)
            let answer = ChatCompletion(events)
            #expect(answer.finishReason == .toolCalls)
            #expect(answer.message.toolCalls.map(\.name) == ["look_up"])
            #expect(answer.message.toolCalls.map(\.arguments) == [#"{"id": 7}"#])
            let whole = try await client.complete(request).message
            #expect(whole.toolCalls.map(\.arguments) == [#"{"id": 7}"#])
            request.messages += [answer.message, .tool("a lamp", answering: answer.message.toolCalls[0].id)]
            let told = try await client.complete(request)
            #expect(told.content.contains("the tool said `a lamp`"))
            #expect(simulator.questions.last?.messages.map(\.role) == ["user", "assistant", "tool"])
        }
    }

    @Test(arguments: ["length", "content_filter", "tomorrow"])
    func `every reason to end is told`(_ reason: String) async throws {
        try await withSimulator { _, client in
            let (events, error) = await client.events(of: .make("Why? [[finish \(reason)]]"))
            #expect(error == nil)
            #expect(events.last == .finish(FinishReason(reason)))
        }
    }
}
