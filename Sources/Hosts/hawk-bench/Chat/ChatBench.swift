#if os(Linux)
import DeepSeekSimulator
import FoundationEssentials
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Measures hawk from end to end: words on their way to a browser, a reload in mid-answer, questions.
struct ChatBench {
    private static let wordInterval = Duration.milliseconds(60)

    let options: ChatOptions

    /// Measures every chosen case; answers the table.
    func run() async throws -> String {
        let root = "\(options.directory)/hawk-bench-\(getpid())"
        try Files.makeDirectory(root)
        defer {
            Progress.clear()
            try? FileManager.default.removeItem(atPath: root)
        }
        let simulator = DeepSeekSimulator(.init(tokenInterval: Self.wordInterval))
        let model = "http://\(try simulator.bind())"
        let running = Task { try await simulator.run() }
        defer { running.cancel() }
        var groups: [Columns.Group] = []
        if options.cases.contains("stream") || options.cases.contains("reload") {
            let process = try ChatProcess(directory: "\(root)/stream", model: model, concurrency: options.answers + 8)
            groups += try stream(process)
        }
        if options.cases.contains("send") {
            let process = try ChatProcess(directory: "\(root)/send", model: model, concurrency: 1)
            groups.append(try send(process))
        }
        return Columns(header: ["", "p50", "p99"], groups: groups).text
    }

    private func stream(_ process: ChatProcess) throws -> [Columns.Group] {
        Progress.show("chat: \(options.answers) sockets")
        let streams = try AnswerStreams(options.answers, of: process)
        let words = Int(Double(options.seconds) / 0.06) + 20
        let reload = Lock<Swift.Result<[UInt64], any Error>?>(nil)
        try streams.begin(words: words)
        Progress.show("chat: \(options.answers) answers at once")
        let start = Monotonic.now + 500_000_000
        let (cpu, began) = (process.cpuTime, Monotonic.now)
        _ = try process.stages()
        if options.cases.contains("reload") {
            let replies = streams.replies
            let (port, middle) = (process.apiPort, start + UInt64(options.seconds) * 300_000_000)
            Thread(name: "reload") {
                let result = Swift.Result { try Self.reload(replies, port: port, at: middle) }
                reload.withLock { $0 = result }
            }
            .detach()
        }
        let ages = try streams.follow(from: start, until: start + UInt64(options.seconds + 60) * 1_000_000_000)
        let share = (process.cpuTime - cpu) / (Double(Monotonic.now - began) / 1e9)
        let stages = try process.stages()
        var groups: [Columns.Group] = []
        if options.cases.contains("stream") {
            var rows = zip(
                ["at the worker", "on the disk", "handed to the gateway"],
                stride(from: 0, to: stages.count, by: 2)
            )
            .map { [$0, Figures.time(microseconds: stages[$1]), Figures.time(microseconds: stages[$1 + 1])] }
            rows.append(Self.row("at the browser's socket (\(ages.total.grouped) words)", ages))
            let cores = Figures.digits(share)
            groups.append(
                .init(
                    name:
                        "a word of \(options.answers) answers at once, after it left the model (hawk used \(cores) cores)",
                    rows: rows
                )
            )
        }
        if let result = reload.withLock({ $0 }) {
            let times = Histogram()
            for time in try result.get() { times.add(time) }
            groups.append(.init(name: "a reload in mid-answer", rows: [Self.row("until all the text is there", times)]))
        }
        return groups
    }

    /// Fetches what a page fetches when it is loaded again, for some of the answers that are under way.
    private static func reload(
        _ replies: [(conversation: String, reply: String)],
        port: UInt16,
        at moment: UInt64
    ) throws -> [UInt64] {
        try replies.prefix(100).enumerated().map { number, sent in
            while Monotonic.now < moment + UInt64(number) * 20_000_000 { usleep(1000) }
            let began = Monotonic.now
            let user = try ChatUser("user-\(number)", port: port)
            _ = try user.ask("GET", "/api/chat/conversations")
            _ = try user.ask("GET", "/api/chat/conversations/\(sent.conversation)/messages")
            let log = try user.ask("GET", "/api/chat/replies/\(sent.reply)/log?after=0")
            guard log.contains(#""state":"running""#) else { throw BenchError("an answer ended before its reload") }
            return Monotonic.now - began
        }
    }

    private func send(_ process: ChatProcess) throws -> Columns.Group {
        Progress.show("chat: \(options.sends) questions a second")
        let cpu = process.cpuTime
        let times = try SendLoad(process: process, perSecond: options.sends).run(seconds: options.seconds)
        let cores = Figures.digits((process.cpuTime - cpu) / Double(options.seconds))
        return .init(
            name: "POST /send, \(options.sends) a second, synchronous FULL (hawk used \(cores) cores)",
            rows: [Self.row("from when it was due to the answer", times)]
        )
    }

    private static func row(_ title: String, _ times: Histogram) -> [String] {
        [title] + [50, 99].map { times.percentile($0).map(Figures.time(microseconds:)) ?? "" }
    }
}
#endif
