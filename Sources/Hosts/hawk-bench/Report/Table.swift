#if os(Linux)
/// The results as text in columns.
struct Table {
    private static let header = ["", "rate", "gateway", "bare loop", "ratio", "p50", "p99", "p99.9"]
    private let groups: [Columns.Group]

    init(_ results: [Result]) {
        var groups: [Columns.Group] = []
        for result in results {
            if groups.last?.name != result.benchCase.name { groups.append(.init(name: result.benchCase.name)) }
            groups[groups.count - 1].rows.append(Self.row(result))
        }
        self.groups = groups
    }

    /// The table, and what its columns mean.
    var text: String {
        """
        \(Columns(header: Self.header, groups: groups).text)

        gateway, bare loop: server CPU (user and system) per message, delivery, handshake or push; memory per idle
        connection. The bare loop moves as many bytes by the kernel's calls alone. Latencies are the gateway's.
        """
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
}
#endif
