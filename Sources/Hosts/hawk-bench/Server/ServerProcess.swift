#if os(Linux)
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A server in a process of its own, so that its CPU time and memory are its alone; it ends with this value.
final class ServerProcess {
    let order: ServerOrder
    let port: UInt16
    private let process: ChildProcess
    private let clock: clockid_t

    /// Starts this program again as the server that the order says, and waits until it listens.
    init(_ order: ServerOrder, environment: [String] = []) throws {
        self.order = order
        process = try ChildProcess(["serve"] + order.arguments, environment: environment)
        var clock = clockid_t()
        clock_getcpuclockid(process.id, &clock)
        self.clock = clock
        guard let port = UInt16(process.readLine()) else {
            throw BenchError("the server process ended before it listened")
        }
        self.port = port
    }

    /// The CPU time of all its threads so far, user and system, in seconds.
    var cpuTime: Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Its own memory now, in bytes: what is resident and of no file.
    func memory() throws -> Int {
        let status = String(decoding: try Files.read("/proc/\(process.id)/status"), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        guard let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
            throw BenchError("/proc/\(process.id)/status does not say RssAnon")
        }
        return kilobytes << 10
    }

    /// Adds to a sample how long something took, and how much CPU time of the server.
    func measure(_ sample: inout Sample, _ body: (inout Sample) throws -> Void) rethrows {
        let (time, cpu) = (Monotonic.now, cpuTime)
        try body(&sample)
        sample.cpuSeconds += cpuTime - cpu
        sample.seconds += Double(Monotonic.now - time) / 1e9
    }
}
#endif
