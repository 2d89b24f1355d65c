import DeepSeekKit
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Streams whose words are the times they were sent at, `pace` milliseconds apart.
struct StreamLoad: Sendable {
    /// What became of some streams.
    struct Outcome: Sendable {
        var chunks = 0
        /// From sending to having it, in nanoseconds.
        var latencies: [Int64] = []
        /// Ends other than a finish.
        var failures: [String] = []
        var cancelled = 0

        func latency(_ percent: Int) -> Int64 {
            let sorted = latencies.sorted()
            return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
        }

        static func += (left: inout Outcome, right: Outcome) {
            left.chunks += right.chunks
            left.latencies += right.latencies
            left.failures += right.failures
            left.cancelled += right.cancelled
        }
    }

    private let client: DeepSeekClient
    private let pace: Int

    init(_ url: String, authority: String?, pace: Int) {
        self.pace = pace
        client = DeepSeekClient(
            apiKey: "",
            configuration: .init(baseURL: url, retry: .init(limit: 0)),
            transport: CurlTransport(certificateAuthorityFile: authority)
        )
    }

    /// So many streams at once, each of so many seconds; they begin at random moments of one pace, as those of users do,
    /// so that their words do not come in one burst.
    @discardableResult
    func run(streams: Int, seconds: Int) async -> Outcome {
        await withTaskGroup(of: Outcome.self) { group in
            for _ in 0..<streams {
                group.addTask {
                    try? await Task.sleep(for: .microseconds(Int.random(in: 0..<pace * 1000)))
                    return await stream(words: seconds * 1000 / pace)
                }
            }
            return await group.reduce(into: Outcome()) { $0 += $1 }
        }
    }

    /// So many streams, each cancelled at a moment of its first 300 ms, while `steady` others go on to their end.
    func cancel(_ count: Int, beside steady: Int) async -> Outcome {
        await withTaskGroup(of: Outcome.self) { group in
            let lanes = 100
            let words = max(50, (count / lanes + 1) * 200 / pace)
            for _ in 0..<steady { group.addTask { await stream(words: words) } }
            for lane in 0..<lanes {
                group.addTask {
                    var outcome = Outcome()
                    for _ in stride(from: lane, to: count, by: lanes) { outcome += await cancelled() }
                    return outcome
                }
            }
            return await group.reduce(into: Outcome()) { $0 += $1 }
        }
    }

    /// Reads an answer of so many MiB, with a second's pause after the first piece; returns how many bytes came.
    func readSlowly(megabytes: Int) async -> Int {
        var read = 0
        let request = ChatCompletionRequest(
            model: "m",
            messages: [.user("[[megabytes \(megabytes)]] [[pace 0]]")],
            thinking: .disabled
        )
        do throws(DeepSeekError) {
            for try await event in client.stream(request) {
                guard case .content(let text) = event else { continue }
                if read == 0 { try? await Task.sleep(for: .seconds(1)) }
                read += text.utf8.count
            }
        } catch {}  // then there is less
        return read
    }

    private func cancelled() async -> Outcome {
        let task = Task { await stream(words: 1000) }
        try? await Task.sleep(for: .microseconds(Int.random(in: 0...300_000)))
        task.cancel()
        return await task.value
    }

    private func stream(words: Int) async -> Outcome {
        var outcome = Outcome()
        let request = ChatCompletionRequest(
            model: "m",
            messages: [.user("[[clock]] [[pace \(pace)]] [[tokens \(words)]]")],
            thinking: .disabled
        )
        do throws(DeepSeekError) {
            for try await event in client.stream(request) {
                guard case .content(let text) = event, let sent = Int64(text.dropFirst()) else { continue }
                outcome.chunks += 1
                outcome.latencies.append(Self.now() - sent)
            }
            if outcome.chunks < words { outcome.failures.append("only \(outcome.chunks) of \(words) words") }
        } catch {
            if error.code == .cancelled { outcome.cancelled += 1 } else { outcome.failures.append("\(error)") }
        }
        return outcome
    }

    /// The clock that the simulator stamps with, in nanoseconds.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
