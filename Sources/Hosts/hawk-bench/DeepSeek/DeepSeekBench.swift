#if os(Linux)
/// Measures the parser and the streams of the DeepSeek client.
struct DeepSeekBench {
    let options: DeepSeekOptions

    /// Measures every chosen case; returns the tables.
    func run() async throws -> String {
        defer { Progress.clear() }
        var tables: [String] = []
        if options.cases.contains("parser") { tables.append(try parser()) }
        if options.cases.contains("streams") { tables.append(try await streams()) }
        return tables.joined(separator: "\n\n")
    }

    private func parser() throws -> String {
        let rows = try ParserLoad.all.map { load in
            Progress.show("parser: \(load.title)")
            let rounds = try (0..<options.rounds).map { _ in
                (try load.parse(seconds: options.seconds), try load.search(seconds: options.seconds))
            }
            let (parsed, searched) = (Self.median(rounds.map(\.0)), Self.median(rounds.map(\.1)))
            return [load.title, Self.speed(parsed), Self.speed(searched), Figures.digits(searched / parsed)]
        }
        let group = Columns.Group(name: "server-sent events, one core", rows: rows)
        return Columns(header: ["", "parser", "memchr", "ratio"], groups: [group]).text
    }

    private func streams() async throws -> String {
        var rows: [[String]] = []
        for streams in [1, 50, 200] {
            let latencies = Histogram()
            var costs: [Double] = []
            for round in 1...options.rounds {
                Progress.show("\(streams) streams, round \(round) of \(options.rounds)")
                let sample = try await AnswerLoad(streams: streams, seconds: options.seconds).run()
                latencies.add(sample.latencies)
                costs.append(sample.cost)
            }
            let times = [50, 99].map { latencies.percentile($0).map(Figures.time(microseconds:)) ?? "" }
            rows.append(
                ["\(streams) at once, \(50 * streams) chunks/s"] + times
                    + [Figures.time(microseconds: Self.median(costs))]
            )
        }
        let group = Columns.Group(name: "streams of the simulator: what the client adds to a chunk", rows: rows)
        return Columns(header: ["", "p50", "p99", "CPU"], groups: [group]).text
    }

    private static func speed(_ bytesPerSecond: Double) -> String { "\(Figures.digits(bytesPerSecond / 1e6)) MB/s" }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
#endif
