#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The memory of this process.
package enum ProcessMemory {
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
