#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How many descriptors the process may have: sockets are most of them, so the limits on connections follow from it.
package enum OpenFiles {
    /// Raises the soft limit to the hard one, at most a million; the usual 1,024 is too few for a gateway.
    package static func raiseLimit() {
        var limits = current
        limits.rlim_cur = min(limits.rlim_max, 1 << 20)
        #if canImport(Darwin)
        limits.rlim_cur = min(limits.rlim_cur, rlim_t(OPEN_MAX))
        #endif
        if limits.rlim_cur > current.rlim_cur { setrlimit(resource, &limits) }
    }

    /// How many may be open now.
    package static var limit: Int { Int(clamping: current.rlim_cur) }

    private static var current: rlimit {
        var limits = rlimit()
        getrlimit(resource, &limits)
        return limits
    }

    #if canImport(Glibc)
    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
    #else
    private static var resource: Int32 { RLIMIT_NOFILE }
    #endif
}
