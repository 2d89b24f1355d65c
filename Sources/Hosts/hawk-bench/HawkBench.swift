#if os(Linux)
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Measures what the kits cost, in units of what the kernel costs.
@main
enum HawkBench {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        do {
            switch arguments.first {
            case "serve": try await serve(arguments.dropFirst())
            case "gateway" where !arguments.contains("--help"): try measure(try Options(arguments.dropFirst()))
            case nil, "gateway", "--help", "help": print(Options.help)
            case let other?: throw BenchError("\(other) is nothing that is measured; try hawk-bench --help")
            }
        } catch {
            Progress.say("hawk-bench: \(error)")
            exit(1)
        }
    }

    /// This process is a server that another one of this program started.
    private static func serve(_ arguments: some Sequence<String>) async throws {
        guard let order = ServerOrder(arguments) else { throw BenchError("serve is not for people") }
        try await ServerMain.run(order)
    }

    private static func measure(_ options: Options) throws {
        OpenFiles.raiseLimit()
        #if DEBUG
        Progress.say("This is a debug build: it says nothing about speed. Use swift run -c release hawk-bench gateway.")
        #endif
        if let library = options.allocations { return print(try Allocations(library: library, options).run()) }
        let results = try Bench(options: options).run()
        let machine = Machine()
        let rounds = options.rounds == 1 ? "one round" : "medians of \(options.rounds) rounds"
        print("\(machine.system), \(machine.processors) processors; \(rounds) of \(options.seconds) s\n")
        print(Table(results).text)
        if let path = options.json {
            try Files.replace(path, with: JSONReport(options: options, machine: machine, results: results).text.utf8)
        }
        if let path = options.svg { try Files.replace(path, with: PercentileChart(results).svg.utf8) }
    }
}
#else
@main
enum HawkBench {
    static func main() { print("hawk-bench measures on Linux only: what it compares with is a loop of epoll.") }
}
#endif
