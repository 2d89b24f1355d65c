#if os(Linux)
/// What the command line of `hawk-bench chat` says.
struct ChatOptions {
    static let cases = ["stream", "reload", "send"]

    static let help = """
        hawk-bench chat: how long a word takes from the model to the browser

        Starts hawk as it is, and a simulated model whose words are the times at which they were sent.

          --cases LIST        some of \(cases.joined(separator: ",")) (all of them)
                              stream: from the model's server to the browser's socket, many answers at once, a word each
                              60 ms, so that none waits to be gathered; reload: in mid-answer, until all the text is
                              there; send: POST /send with synchronous FULL, counted from when each was due
          --answers N         stream, reload: answers at once, 1 to 2000 (200)
          --sends N           send: questions a second, 1 to 5000 (500)
          --seconds S         how long each of the two measurements takes, 1 to 300 (10)
          --directory DIR     on which disk (.); a directory is made there, and removed at the end
          --help              says this

        Build it with optimisation: swift run -c release hawk-bench chat
        """

    private(set) var cases = Set(Self.cases)
    private(set) var answers = 200
    private(set) var sends = 500
    private(set) var seconds = 10
    private(set) var directory = "."

    /// Reads what follows `chat`.
    ///
    /// - Throws: A sentence about the argument that makes no sense.
    init(_ arguments: some Sequence<String>) throws(BenchError) {
        var rest = ArraySlice(Array(arguments))
        while let flag = rest.popFirst() {
            guard let value = rest.popFirst() else { throw BenchError("\(flag) is no option, or its value is missing") }
            switch flag {
            case "--cases": cases = Set(try Argument.names(flag, value, among: Self.cases))
            case "--answers": answers = try Argument.number(flag, value, 1...2000)
            case "--sends": sends = try Argument.number(flag, value, 1...5000)
            case "--seconds": seconds = try Argument.number(flag, value, 1...300)
            case "--directory": directory = value
            default: throw BenchError("\(flag) is no option")
            }
        }
    }
}
#endif
