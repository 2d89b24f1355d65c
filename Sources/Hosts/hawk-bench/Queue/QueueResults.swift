#if os(Linux)
/// What was found about the drivers, and about the disk.
struct QueueResults {
    private struct Row {
        var rates: [Double] = []
        var ratios: [Double] = []
        var unit: Yardstick?
        var latencies: Histogram?
    }

    private var disk: [Yardstick: [Double]] = [:]
    /// In the order in which they came.
    private var rows: [(driver: QueueDriver, title: String, row: Row)] = []
    private var costs: [(driver: QueueDriver, cells: [(title: String, microseconds: Double)])] = []

    mutating func add(_ rates: [Yardstick: Double]) {
        for (yardstick, rate) in rates { disk[yardstick, default: []].append(rate) }
    }

    /// Adds a rate of one round, and what it is of that of the disk in the same round.
    mutating func add(
        _ driver: QueueDriver,
        _ title: String,
        _ rate: Double,
        _ disk: [Yardstick: Double],
        _ unit: Yardstick?
    ) {
        change(driver, title) { row in
            row.rates.append(rate)
            row.unit = unit
            if let measure = unit.flatMap({ disk[$0] }) { row.ratios.append(rate / measure) }
        }
    }

    mutating func add(_ driver: QueueDriver, _ title: String, _ latencies: Histogram) {
        change(driver, title) { row in
            let all = row.latencies ?? Histogram()
            all.add(latencies)
            row.latencies = all
        }
    }

    /// Adds what a job costs while others wait.
    mutating func addCost(_ driver: QueueDriver, _ title: String, _ rate: Double) {
        if costs.last?.driver != driver { costs.append((driver, [])) }
        costs[costs.count - 1].cells.append((title, 1e6 / rate))
    }

    /// The tables, and what their columns mean.
    var text: String {
        var parts: [String] = []
        if !disk.isEmpty || !rows.isEmpty { parts.append(speeds) }
        if let first = costs.first {
            let rows = costs.map { [$0.driver.title] + $0.cells.map { Figures.time(microseconds: $0.microseconds) } }
            let group = Columns.Group(name: "push, reserve and settle, in batches of 16: time of one job", rows: rows)
            parts.append(Columns(header: [""] + first.cells.map(\.title), groups: [group]).text)
        }
        return parts.joined(separator: "\n\n")
    }

    private var speeds: String {
        let known = Yardstick.allCases.compactMap { yardstick in disk[yardstick].map { (yardstick, $0) } }
        var groups: [Columns.Group] = []
        if !known.isEmpty {
            groups.append(
                .init(
                    name: "the disk alone",
                    rows: known.map { [$0.rawValue, Figures.rate(Self.median($1)), "", "", ""] }
                )
            )
        }
        for (driver, title, row) in rows {
            if groups.last?.name != driver.title { groups.append(.init(name: driver.title)) }
            groups[groups.count - 1].rows.append(
                [
                    title,
                    row.rates.isEmpty ? "" : Figures.rate(Self.median(row.rates)),
                    row.ratios.isEmpty ? "" : "\(Figures.digits(Self.median(row.ratios))) \(row.unit?.unit ?? "")",
                ] + [50, 99].map { row.latencies?.percentile($0).map(Figures.time(microseconds:)) ?? "" }
            )
        }
        return Columns(header: ["", "rate", "ratio", "p50", "p99"], groups: groups).text
    }

    private mutating func change(_ driver: QueueDriver, _ title: String, _ change: (inout Row) -> Void) {
        let index = rows.firstIndex { $0.driver == driver && $0.title == title } ?? rows.count
        if index == rows.count { rows.append((driver, title, Row())) }
        change(&rows[index].row)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
#endif
