#if os(Linux)
/// What the command line of `hawk-bench deepseek` says.
struct DeepSeekOptions {
    static let cases = ["parser", "streams"]

    static let help = """
        hawk-bench deepseek: what streamed answers cost here

        Measures the parser of server-sent events on one core, beside it what memchr alone takes to find the ends of the
        same lines; and streams of the simulator, 20 ms from word to word: what the client adds from a word's sending to
        its event, and the CPU time of simulator and client together.

          --cases LIST        some of \(cases.joined(separator: ",")) (all of them)
          --rounds N          rounds, of which the median counts (3)
          --seconds S         how long one measurement takes, 0.05 to 30 (1)
          --help              says this

        Build it with optimisation: swift run -c release hawk-bench deepseek
        """

    private(set) var cases = Set(Self.cases)
    private(set) var rounds = 3
    private(set) var seconds = 1.0

    /// Reads what follows `deepseek`.
    ///
    /// - Throws: A sentence about the argument that makes no sense.
    init(_ arguments: some Sequence<String>) throws(BenchError) {
        var rest = ArraySlice(Array(arguments))
        while let flag = rest.popFirst() {
            guard let value = rest.popFirst() else { throw BenchError("\(flag) is no option, or its value is missing") }
            switch flag {
            case "--cases": cases = Set(try Argument.names(flag, value, among: Self.cases))
            case "--rounds": rounds = try Argument.number(flag, value, 1...99)
            case "--seconds": seconds = try Argument.number(flag, value, 0.05...30)
            default: throw BenchError("\(flag) is no option")
            }
        }
    }
}
#endif
