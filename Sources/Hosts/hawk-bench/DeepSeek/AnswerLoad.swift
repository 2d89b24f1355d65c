#if os(Linux)
import DeepSeekKit
import DeepSeekSimulator
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Streams of the simulator, whose words are the times they were sent at.
struct AnswerLoad {
    /// What was found.
    struct Sample {
        let latencies = Histogram()
        /// CPU time of simulator and client together, in microseconds per chunk.
        var cost = 0.0
    }

    let streams: Int
    let seconds: Double

    func run() async throws -> Sample {
        let simulator = DeepSeekSimulator(.init(tokenInterval: .milliseconds(20)))
        let address = try simulator.bind()
        let client = DeepSeekClient(apiKey: "", configuration: .init(baseURL: "http://\(address)"))
        let words = max(1, Int(seconds * 50))
        let serving = Task { try await simulator.run() }
        defer { serving.cancel() }
        try await Self.ask(client, words: 5, streams: streams)
        let begin = Self.processTime()
        let latencies = try await Self.ask(client, words: words, streams: streams)
        var sample = Sample()
        sample.cost = (Self.processTime() - begin) / Double(latencies.count)
        for latency in latencies { sample.latencies.add(latency) }
        return sample
    }

    @discardableResult
    private static func ask(_ client: DeepSeekClient, words: Int, streams: Int) async throws -> [UInt64] {
        let request = ChatCompletionRequest(
            model: "m",
            messages: [.user("[[clock]] [[tokens \(words)]]")],
            thinking: .disabled
        )
        return try await withThrowingTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<streams {
                group.addTask {
                    var latencies: [UInt64] = []
                    for try await event in client.stream(request) {
                        guard case .content(let text) = event, let sent = UInt64(text.dropFirst()) else { continue }
                        latencies.append(Monotonic.now - sent)
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// What all threads have used, in microseconds.
    private static func processTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }
}
#endif
