#if os(Linux)
/// The results as text in columns.
struct Table {
    private static let header = ["", "rate", "gateway", "bare loop", "ratio", "p50", "p99", "p99.9"]
    private let groups: [(name: String, rows: [[String]])]

    init(_ results: [Result]) {
        var groups: [(name: String, rows: [[String]])] = []
        for result in results {
            if groups.last?.name != result.benchCase.name { groups.append((result.benchCase.name, [])) }
            groups[groups.count - 1].rows.append(Self.row(result))
        }
        self.groups = groups
    }

    /// The table, and what its columns mean.
    var text: String {
        let rows = [Self.header] + groups.flatMap(\.rows)
        let widths = Self.header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = [Self.line(Self.header, widths)]
        for group in groups {
            lines += [group.name] + group.rows.map { Self.line($0, widths) }
        }
        lines += [
            "",
            "gateway, bare loop: server CPU (user and system) per message, delivery, handshake or push; memory per idle",
            "connection. The bare loop moves as many bytes by the kernel's calls alone. Latencies are the gateway's.",
        ]
        return lines.joined(separator: "\n")
    }

    private static func row(_ result: Result) -> [String] {
        let cost = { (server: KeyPath<Result.Round, Sample>) in
            let cost = result.median(server, \.cost)
            return result.isMemory ? Figures.memory(bytes: cost) : Figures.time(microseconds: cost)
        }
        let latencies = result.latencies(\.gateway)
        return [
            result.benchCase.title,
            result.isMemory ? "" : Figures.rate(result.median(\.gateway, \.rate)),
            cost(\.gateway),
            cost(\.bare),
            result.ratio.map { Figures.fixed($0, places: 2) } ?? "",
        ] + [50, 99, 99.9].map { latencies.percentile($0).map(Figures.time(microseconds:)) ?? "" }
    }

    /// The first column is flush left, the others are flush right.
    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = zip(cells, widths).enumerated().map { column, cell in
            let padding = String(repeating: " ", count: cell.1 - cell.0.count)
            return column == 0 ? "  " + cell.0 + padding : padding + cell.0
        }
        return String(padded.joined(separator: "   ").reversed().drop { $0 == " " }.reversed())
    }
}
#endif
