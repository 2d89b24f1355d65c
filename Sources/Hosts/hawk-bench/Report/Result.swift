#if os(Linux)
/// What was found about one case.
struct Result {
    /// Both servers, measured one after the other.
    struct Round {
        let gateway: Sample
        let bare: Sample

        var ratio: Double { gateway.cost / bare.cost }
    }

    let benchCase: BenchCase
    let rounds: [Round]

    /// Whether the cost is memory, not CPU time.
    var isMemory: Bool { rounds[0].gateway.memory != nil }

    /// The gateway's cost in units of the bare loop's, the median of the rounds; memory has none, since a descriptor is
    /// all that the bare loop keeps.
    var ratio: Double? { isMemory ? nil : Self.median(rounds.map(\.ratio)) }

    /// The median of the rounds.
    func median(_ server: KeyPath<Round, Sample>, _ value: KeyPath<Sample, Double>) -> Double {
        Self.median(rounds.map { $0[keyPath: server.appending(path: value)] })
    }

    /// Latencies of all rounds.
    func latencies(_ server: KeyPath<Round, Sample>) -> Histogram {
        let all = Histogram()
        for round in rounds { all.add(round[keyPath: server].latencies) }
        return all
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
#endif
