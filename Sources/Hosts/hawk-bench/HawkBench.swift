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
            case "work": try await work(arguments.dropFirst())
            case "converse": try await ChatProcess.run(Array(arguments.dropFirst()))
            case "gateway" where !arguments.contains("--help"): try measure(try Options(arguments.dropFirst()))
            case "queue" where !arguments.contains("--help"):
                try await measureQueue(try QueueOptions(arguments.dropFirst()))
            case "deepseek" where !arguments.contains("--help"):
                try await measureDeepSeek(try DeepSeekOptions(arguments.dropFirst()))
            case "chat" where !arguments.contains("--help"):
                try await measureChat(try ChatOptions(arguments.dropFirst()))
            case "gateway": print(Options.help)
            case "queue": print(QueueOptions.help)
            case "deepseek": print(DeepSeekOptions.help)
            case "chat": print(ChatOptions.help)
            case nil, "--help", "help":
                print(
                    [Options.help, QueueOptions.help, DeepSeekOptions.help, ChatOptions.help].joined(separator: "\n\n")
                )
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

    /// This process is a worker that another one of this program started.
    private static func work(_ arguments: some Collection<String>) async throws {
        let words = Array(arguments)
        guard words.count == 2, let driver = QueueDriver(rawValue: words[0]) else {
            throw BenchError("work is not for people")
        }
        try await WakeLoad.work(try driver.open(words[1]))
    }

    private static func warnOfDebugBuild(_ what: String) {
        #if DEBUG
        Progress.say("This is a debug build: it says nothing about speed. Use swift run -c release hawk-bench \(what).")
        #endif
    }

    private static func measureQueue(_ options: QueueOptions) async throws {
        warnOfDebugBuild("queue")
        let results = try await QueueBench(options: options).run()
        let machine = Machine()
        let rounds = options.rounds == 1 ? "one round" : "medians of \(options.rounds) rounds"
        print("\(machine.system), \(machine.processors) processors; \(rounds) of \(options.seconds) s; jobs of 200 B\n")
        print(results.text)
    }

    private static func measureDeepSeek(_ options: DeepSeekOptions) async throws {
        OpenFiles.raiseLimit()
        warnOfDebugBuild("deepseek")
        let tables = try await DeepSeekBench(options: options).run()
        let machine = Machine()
        let rounds = options.rounds == 1 ? "one round" : "medians of \(options.rounds) rounds"
        print("\(machine.system), \(machine.processors) processors; \(rounds) of \(options.seconds) s\n")
        print(tables)
    }

    private static func measureChat(_ options: ChatOptions) async throws {
        OpenFiles.raiseLimit()
        warnOfDebugBuild("chat")
        let table = try await ChatBench(options: options).run()
        let machine = Machine()
        print("\(machine.system), \(machine.processors) processors, load included; \(options.seconds) s\n")
        print(table)
    }

    private static func measure(_ options: Options) throws {
        OpenFiles.raiseLimit()
        warnOfDebugBuild("gateway")
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
