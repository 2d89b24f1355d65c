import DeepSeekKit
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Many streams at once against a simulator in another process, then many that are cancelled: whether anything is left.
///
///     deepseek-streams --url http://127.0.0.1:8000 [--ca FILE] [--streams 200] [--seconds 60] [--cancellations 1000]
///         [--pace 50] [--latency 1]
struct Options {
    var url = ""
    /// The authorities to trust, of a simulator behind TLS.
    var authority: String?
    var streams = 200
    var seconds = 60
    var cancellations = 1000
    /// Milliseconds from word to word.
    var pace = 50
    /// The most milliseconds that the median chunk may be late.
    var latency = 1

    init?(_ arguments: [String]) {
        var rest = arguments.dropFirst()
        while let flag = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch (flag, Int(value)) {
            case ("--url", _): url = value
            case ("--ca", _): authority = value
            case ("--streams", let number?) where number > 0: streams = number
            case ("--seconds", let number?) where number > 0: seconds = number
            case ("--cancellations", let number?) where number >= 0: cancellations = number
            case ("--pace", let number?) where number > 0: pace = number
            case ("--latency", let number?) where number > 0: latency = number
            default: return nil
            }
        }
        guard !url.isEmpty else { return nil }
    }
}

guard let options = Options(CommandLine.arguments) else {
    print(
        "deepseek-streams --url URL [--ca FILE] [--streams N] [--seconds S] [--cancellations N] [--pace MS] [--latency MS]"
    )
    exit(64)
}

var report = Report()
// Whatever is made once per process is made now.
do {
    let load = StreamLoad(options.url, authority: options.authority, pace: options.pace)
    await load.run(streams: 10, seconds: 1)
    _ = await load.cancel(10, beside: 2)
}
report.expect(
    try await Peer(options.url, authority: options.authority).becomesIdle(),
    "the simulator has no stream left"
)
let before = ProcessState.settled()

do {
    let load = StreamLoad(options.url, authority: options.authority, pace: options.pace)
    let first = await load.run(streams: options.streams, seconds: max(1, options.seconds / 6))
    let warm = ProcessState()
    let rest = await load.run(streams: options.streams, seconds: max(1, options.seconds - options.seconds / 6))
    let after = ProcessState()
    report.say("streams", "\(options.streams) at once, \(first.chunks + rest.chunks) chunks")
    report.expect(first.failures + rest.failures == [], "every stream completes: \(rest.failures.prefix(3))")
    let median = rest.latency(50)
    report.say("added per chunk", "median \(median / 1000) us, 99 % \(rest.latency(99) / 1000) us")
    report.expect(median < Int64(options.latency) * 1_000_000, "the median is under \(options.latency) ms")
    report.say("memory", "\(warm.memory >> 10) KiB after a sixth of it, \(after.memory >> 10) KiB at the end")
    report.expect(after.memory - warm.memory < 8 << 20, "memory is flat")

    let outcome = await load.cancel(options.cancellations, beside: min(50, options.streams))
    report.say("cancelled", "\(outcome.cancelled) of \(options.cancellations), others ended before")
    report.expect(outcome.failures == [], "all others complete: \(outcome.failures.prefix(3))")
    report.expect(
        try await Peer(options.url, authority: options.authority).becomesIdle(),
        "the simulator has no stream left"
    )
    let end = ProcessState()
    report.say("memory", "\(end.memory >> 10) KiB after the cancellations")
    report.expect(end.memory - warm.memory < 16 << 20, "memory is flat")

    let read = await load.readSlowly(megabytes: 64)
    let slow = ProcessState()
    report.say("slow reader", "\(read >> 20) MiB read, \(slow.memory >> 10) KiB of memory")
    report.expect(read >= 64 << 20, "a reader that pauses gets all of it")
    report.expect(slow.memory - end.memory < 16 << 20, "what a slow reader does not take stays in the network")
}

let after = ProcessState.settled(threads: before.threads)
report.say("descriptors", "\(before.descriptors) before, \(after.descriptors) after")
report.expect(after.descriptors <= before.descriptors, "no more descriptors than at the start")
report.say("threads", "\(before.threads) before, \(after.threads) after")
report.expect(after.threads <= before.threads, "no more threads than at the start")
exit(report.hasFailed ? 1 : 0)
