#if os(Linux)
/// What the command line of `hawk-bench gateway` says.
struct Options {
    static let help = """
        hawk-bench gateway: what the WebSocket gateway costs here

        Measures a gateway in a process of its own over loopback, and in turn with it a bare loop that moves as many
        bytes by the kernel's calls alone: server CPU per operation, and the ratio between both. Every reply is checked.

          --cases LIST        some of \(BenchCase.names.joined(separator: ",")) (all of them)
          --rounds N          rounds, of which the median counts (5)
          --seconds S         how long one measurement takes, 0.05 to 30 (1)
          --connections N     receivers of fan-out and push (1000); ten times as many are idle
          --loops K           event loops of the gateway (1)
          --svg FILE          saves a picture of the latency percentiles
          --json FILE         saves all figures
          --allocations FILE  counts memory allocations instead, by a library that Tests/Conformance/allocations.sh makes
          --help              says this

        Build it with optimisation: swift run -c release hawk-bench gateway
        """

    private(set) var cases = Set(BenchCase.names)
    private(set) var rounds = 5
    private(set) var seconds = 1.0
    private(set) var connections = 1000
    private(set) var loops = 1
    private(set) var svg: String?
    private(set) var json: String?
    /// The library that counts allocations; nil: they are not counted.
    private(set) var allocations: String?

    /// Reads what follows `gateway`.
    ///
    /// - Throws: A sentence about the argument that makes no sense.
    init(_ arguments: some Sequence<String>) throws(BenchError) {
        var rest = ArraySlice(Array(arguments))
        while let flag = rest.popFirst() {
            guard let value = rest.popFirst() else { throw BenchError("\(flag) is no option, or its value is missing") }
            switch flag {
            case "--cases": cases = Set(try Argument.names(flag, value, among: BenchCase.names))
            case "--rounds": rounds = try Argument.number(flag, value, 1...99)
            case "--seconds": seconds = try Argument.number(flag, value, 0.05...30)
            case "--connections": connections = try Argument.number(flag, value, 1...100_000)
            case "--loops": loops = try Argument.number(flag, value, 1...64)
            case "--svg": svg = value
            case "--json": json = value
            case "--allocations": allocations = value
            default: throw BenchError("\(flag) is no option")
            }
        }
    }
}
#endif
