import DeepSeekKit
import DeepSeekSimulator
import TestSupport

/// Runs `body` with a simulator and a client of it.
func withSimulator(
    tokenInterval: Duration = .zero,
    key: String? = nil,
    script: Script? = nil,
    configuration: DeepSeekClient.Configuration = .init(retry: .quick),
    _ body: @escaping @Sendable (DeepSeekSimulator, DeepSeekClient) async throws -> Void
) async throws {
    let simulator = DeepSeekSimulator(
        .init(tokenInterval: tokenInterval, keepAliveInterval: .milliseconds(20), apiKey: key, script: script)
    )
    var configuration = configuration
    configuration.baseURL = "http://\(try simulator.bind())"
    let client = DeepSeekClient(apiKey: "sk-secret-key", configuration: configuration)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await simulator.run() }
        try await within(.seconds(60), "the test's body") { try await body(simulator, client) }
        group.cancelAll()
        try await group.waitForAll()
    }
}

extension ChatCompletion {
    /// What all events of a stream make together.
    init(_ events: [ChatCompletionEvent]) {
        self.init()
        for event in events { apply(event) }
    }
}
