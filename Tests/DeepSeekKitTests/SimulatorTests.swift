import DeepSeekKit
import DeepSeekSimulator
import TestSupport
import Testing

/// The client and the simulator over a socket, as the hosts use them.
@Suite struct SimulatorTests {
    @Test func `an answer quotes the nonce and the number of messages, in Markdown, after thoughts`() async throws {
        try await withSimulator { simulator, client in
            let request = ChatCompletionRequest(
                model: "deepseek-flash",
                messages: [.system("s"), .user("one"), .assistant("two"), .user("three nonce-Ab12, please")],
                thinking: .enabled
            )
            let (events, error) = await client.events(of: request)
            #expect(error == nil)
            let answer = ChatCompletion(events)
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
        try await withSimulator { _, client in
            let (events, _) = await client.events(of: .make(thinking: .disabled))
            #expect(ChatCompletion(events).reasoning == "")
            #expect(ChatCompletion(events).content.contains("nonce-"))
        }
    }

    @Test func `the whole answer is the same as the streamed one`() async throws {
        try await withSimulator { _, client in
            let whole = try await client.complete(.make("Why? [[slow 60]]"))
            let streamed = ChatCompletion(await client.events(of: .make("Why? [[slow 60]]")).0)
            #expect(whole.message == streamed.message)
            #expect(whole.usage == streamed.usage)
        }
    }

    @Test func `the words come one by one`() async throws {
        try await withSimulator(tokenInterval: .milliseconds(2)) { _, client in
            let (events, _) = await client.events(of: .make("[[tokens 200]]", thinking: .disabled))
            #expect(events.count > 200)
        }
    }

    @Test func `a wrong key is an authentication error without the key`() async throws {
        try await withSimulator(key: "another") { _, client in
            let (_, error) = await client.events()
            #expect(error?.code == .authentication)
            #expect(!String(describing: error).contains("sk-secret-key"))
        }
    }

    @Test func `cancelling closes the upstream connection promptly`() async throws {
        try await withSimulator(tokenInterval: .milliseconds(5)) { simulator, client in
            let tasks = (0..<10).map { _ in Task { await client.events(of: .make("[[tokens 5000]]")).1 } }
            try await eventually(.seconds(20), "ten streams are open") { simulator.openStreams == 10 }
            for task in tasks { task.cancel() }
            for task in tasks { #expect(await task.value?.code == .cancelled) }
            try await eventually(.seconds(20), "no stream is open") { simulator.openStreams == 0 }
        }
    }

    @Test func `a stream's connection is its own: a process started meanwhile does not keep it open`() async throws {
        try await withSimulator(tokenInterval: .milliseconds(5)) { simulator, client in
            let task = Task { await client.events(of: .make("[[tokens 5000]]")).1 }
            try await eventually(.seconds(20), "a stream is open") { simulator.openStreams == 1 }
            let directory = TemporaryDirectory()
            let child = try ChildProcess("/bin/sleep", ["600"], output: directory.file("output"))
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            try await eventually(.seconds(20), "no stream is open") { simulator.openStreams == 0 }
            try await child.kill()
        }
    }

    @Test func `a body that is no request is refused`() async throws {
        try await withSimulator(configuration: .init(retry: .quick, checksRequests: false)) { _, client in
            #expect(await client.events(of: .init(model: "m", messages: [])).1?.status == 422)
        }
    }
}
