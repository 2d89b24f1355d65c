#if os(Linux)
/// The results for other programs.
struct JSONReport {
    let options: Options
    let machine: Machine
    let results: [Result]

    /// One object; times in microseconds, memory in bytes.
    var text: String {
        """
        {
          "processors": \(machine.processors),
          "system": "\(machine.system)",
          "rounds": \(options.rounds),
          "seconds": \(options.seconds),
          "loops": \(options.loops),
          "cases": [
        \(results.map(entry).joined(separator: ",\n"))
          ]
        }

        """
    }

    private func entry(_ result: Result) -> String {
        let benchCase = result.benchCase
        let ratio = result.ratio.map { "\n      \"ratio\": \(Figures.fixed($0, places: 4))," } ?? ""
        return """
                {
                  "name": "\(benchCase.name)",
                  "title": "\(benchCase.title)",
                  "connections": \(benchCase.connections),
                  "bytes": \(benchCase.bytes),
                  "count": \(benchCase.count),
                  "operation": "\(benchCase.operation)",\(ratio)
                  "gateway": \(server(result, \.gateway)),
                  "bare": \(server(result, \.bare))
                }
            """
    }

    private func server(_ result: Result, _ server: KeyPath<Result.Round, Sample>) -> String {
        let costs = result.rounds.map { number($0[keyPath: server].cost) }.joined(separator: ", ")
        let latencies = result.latencies(server)
        let percentiles = [50, 90, 99, 99.9, 99.99].compactMap { percent in
            latencies.percentile(percent).map { "\"p\(Figures.percent(percent))\": \(number($0))" }
        }
        return "{ \"rate\": \(number(result.median(server, \.rate))), "
            + "\"\(result.isMemory ? "memory" : "cpu")\": \(number(result.median(server, \.cost))), "
            + "\"rounds\": [\(costs)], \"latency\": { \(percentiles.joined(separator: ", ")) } }"
    }

    private func number(_ value: Double) -> String { Figures.fixed(value, places: 3) }
}
#endif
