#if os(Linux)
/// What the command line of `hawk-bench queue` says.
struct QueueOptions {
    static let cases = ["push", "work", "wake", "flat"]

    static let help = """
        hawk-bench queue: what the job queue costs here

        Measures each driver on the disk of a directory, and beside it what that disk can do: how often a second it takes
        an append with fdatasync, a commit of one row, and a file of its own with fsync and rename.

          --cases LIST        some of \(cases.joined(separator: ",")) (all of them)
                              push: from 64 callers and from one; work: reserve, run and settle by one worker,
                              concurrency 16; wake: from a push to the start of the job, the worker idle, in the same
                              process and in another; flat: the cost of a job while many wait
          --drivers LIST      some of \(QueueDriver.allCases.map(\.rawValue).joined(separator: ",")) (all of them)
          --rounds N          rounds, of which the median counts (3)
          --seconds S         how long one measurement takes, 0.05 to 30 (1)
          --jobs N            flat: most jobs that wait, 1000 to 10000000 (100000); and twice as many that are delayed,
                              at most 200000
          --directory DIR     on which disk (.); a directory is made there, and removed at the end
          --help              says this

        Build it with optimisation: swift run -c release hawk-bench queue
        """

    private(set) var cases = Set(Self.cases)
    private(set) var drivers = QueueDriver.allCases
    private(set) var rounds = 3
    private(set) var seconds = 1.0
    private(set) var jobs = 100_000
    private(set) var directory = "."

    /// Reads what follows `queue`.
    ///
    /// - Throws: A sentence about the argument that makes no sense.
    init(_ arguments: some Sequence<String>) throws(BenchError) {
        var rest = ArraySlice(Array(arguments))
        while let flag = rest.popFirst() {
            guard let value = rest.popFirst() else { throw BenchError("\(flag) is no option, or its value is missing") }
            switch flag {
            case "--cases": cases = Set(try Argument.names(flag, value, among: Self.cases))
            case "--drivers":
                let names = try Argument.names(flag, value, among: QueueDriver.allCases.map(\.rawValue))
                drivers = names.compactMap(QueueDriver.init)
            case "--rounds": rounds = try Argument.number(flag, value, 1...99)
            case "--seconds": seconds = try Argument.number(flag, value, 0.05...30)
            case "--jobs": jobs = try Argument.number(flag, value, 1000...10_000_000)
            case "--directory": directory = value
            default: throw BenchError("\(flag) is no option")
            }
        }
    }
}
#endif
