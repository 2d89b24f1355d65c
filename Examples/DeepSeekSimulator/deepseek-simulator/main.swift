import DeepSeekSimulator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// Blocked before any thread is started, so that they all inherit it and `sigwait` below gets them.
var ending = sigset_t()
sigemptyset(&ending)
sigaddset(&ending, SIGTERM)
sigaddset(&ending, SIGINT)
pthread_sigmask(SIG_BLOCK, &ending, nil)

let options: Options
switch Options.read(Array(CommandLine.arguments.dropFirst())) {
case .run(let found):
    options = found
case .help:
    print(Options.help)
    exit(0)
case .wrong(let reason):
    Options.complain("deepseek-simulator: \(reason); see deepseek-simulator --help")
    exit(64)
}

let simulator = DeepSeekSimulator(options.configuration)
do {
    print("The DeepSeek simulator listens on http://\(try simulator.bind())")
    fflush(nil)
} catch {
    Options.complain("deepseek-simulator: \(error)")
    exit(1)
}

let running = Task.detached { try await simulator.run() }
var signal: Int32 = 0
sigwait(&ending, &signal)
running.cancel()
try await running.value
