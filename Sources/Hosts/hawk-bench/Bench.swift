#if os(Linux)
import PlatformCore

/// Runs cases against the gateway and the bare loop in turn, round by round.
struct Bench {
    let options: Options

    /// Measures every chosen case.
    func run() throws -> [Result] {
        let cases = BenchCase.all(connections: options.connections, openFiles: OpenFiles.limit)
            .filter { options.cases.contains($0.name) }
        sayWhatIsSmaller(cases)
        defer { Progress.clear() }
        return try cases.enumerated().map { index, benchCase in
            let place = "\(index + 1) of \(cases.count)  \(benchCase.name): \(benchCase.title)"
            let rounds = try (1...options.rounds).map { round in
                Progress.show("\(place), round \(round) of \(options.rounds)")
                return try measure(benchCase)
            }
            return Result(benchCase: benchCase, rounds: rounds)
        }
    }

    private func measure(_ benchCase: BenchCase) throws -> Result.Round {
        let (gateway, openingBytes) = try sample(benchCase, benchCase.order(.gateway, loops: options.loops))
        let bare = try sample(benchCase, benchCase.order(.bare, loops: 1, openingBytes: openingBytes)).sample
        return Result.Round(gateway: gateway, bare: bare)
    }

    private func sample(_ benchCase: BenchCase, _ order: ServerOrder) throws -> (sample: Sample, openingBytes: Int) {
        do {
            let load = try benchCase.makeLoad(try ServerProcess(order))
            try load.warmUp(seconds: options.seconds / 10)
            var sample = Sample()
            try load.run(.seconds(options.seconds), &sample)
            return (sample, load.openingBytes)
        } catch {
            throw BenchError("\(benchCase.name) (\(benchCase.title)), \(order.kind.rawValue): \(error)")
        }
    }

    private func sayWhatIsSmaller(_ cases: [BenchCase]) {
        let wanted = BenchCase.all(connections: options.connections, openFiles: .max)
            .filter { options.cases.contains($0.name) }
        var told: Set<String> = []
        for (wish, benchCase) in zip(wanted, cases) where wish.connections > benchCase.connections {
            guard told.insert(benchCase.name).inserted else { continue }
            Progress.say(
                "\(benchCase.name) has \(benchCase.connections.grouped) connections instead of "
                    + "\(wish.connections.grouped): a process may have \(OpenFiles.limit.grouped) files open (ulimit -n)."
            )
        }
    }
}
#endif
