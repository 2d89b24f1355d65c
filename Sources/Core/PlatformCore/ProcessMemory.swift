#if os(Linux)
import CLinux
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The memory of this process.
package enum ProcessMemory {
    /// From now on blocks of 1 MiB and more go back to the system when they are freed.
    ///
    /// Left alone, glibc learns from the first of them to keep them, up to 32 MiB each: a gateway through which a few large
    /// messages went to slow sockets would keep their gigabyte.
    package static func giveBackLargeBlocks() {
        #if canImport(Glibc)
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
        mallopt(M_TRIM_THRESHOLD, 16 << 20)  // else 128 KiB from here on: memory that is soon needed again
        #endif
    }

    /// The most that was resident so far, in bytes.
    package static var peak: Int {
        var usage = rusage()
        #if canImport(Glibc)
        let whose = __rusage_who_t(RUSAGE_SELF.rawValue)
        #else
        let whose = RUSAGE_SELF
        #endif
        guard getrusage(whose, &usage) == 0 else { return 0 }
        #if canImport(Darwin)
        return Int(usage.ru_maxrss)
        #else
        // getrusage(2): in kilobytes
        return Int(usage.ru_maxrss) * 1024
        #endif
    }
}
