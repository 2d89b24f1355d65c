import DeepSeekSimulator
import PlatformCore
import TestSupport
import Testing

/// The short form of Tests/Conformance/streams.sh: many streams, many cancellations, and nothing left behind.
@Suite struct StreamLoadTests {
    @Test func `streams and cancellations by the dozen leave nothing behind`() async throws {
        let simulator = DeepSeekSimulator(.init(tokenInterval: .zero))
        let address = try simulator.bind()
        let directory = TemporaryDirectory()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await simulator.run() }
            let program = try ChildProcess(
                Programs.path("deepseek-streams"),
                [
                    "--url", "http://\(address)", "--streams", "20", "--seconds", "2", "--cancellations", "100",
                    // What a chunk costs is for an optimised build on a quiet machine to say.
                    "--latency", "10000",
                ],
                output: directory.file("output")
            )
            let exit = try await program.ended(within: .seconds(60))
            #expect(exit == .code(0), "\(program.text())")
            #expect(simulator.openStreams == 0)
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
