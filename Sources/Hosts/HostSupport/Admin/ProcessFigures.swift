import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the system knows of this process.
struct ProcessFigures {
    /// When it was started, in seconds since 1970.
    let startTime: Int
    /// Seconds of all processors that it took.
    let processorTime: Double
    /// Bytes in memory now; where the system does not tell (macOS) the most there ever were.
    let memory: Int
    /// How many descriptors are open; 0 where the system does not tell.
    let descriptors: Int

    /// The figures of now, of a process that started `startTime` seconds after 1970.
    init(startTime: Int) {
        self.startTime = startTime
        var usage = rusage()
        #if canImport(Glibc)
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #else
        getrusage(RUSAGE_SELF, &usage)
        #endif
        let times = [usage.ru_utime, usage.ru_stime]
        processorTime = times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        // proc(5): the second field of statm is what is resident, in pages
        let pages = (try? Files.read("/proc/self/statm", limit: 4096))
            .map { String(decoding: $0, as: UTF8.self) }?
            .split(separator: " ").dropFirst().first.flatMap { Int($0) }
        memory = pages.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } ?? ProcessMemory.peak
        descriptors = Self.entries("/proc/self/fd")
    }

    private static func entries(_ path: String) -> Int {
        guard let directory = opendir(path) else { return 0 }
        defer { closedir(directory) }
        var count = -3  // ".", ".." and the descriptor of this look
        while readdir(directory) != nil { count += 1 }
        return max(count, 0)
    }
}
