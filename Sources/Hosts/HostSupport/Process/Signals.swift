import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Turns SIGTERM and SIGINT into a call; a second signal ends the process at once.
package enum Signals {
    /// Call it first of all in `main`, while there is one thread: the threads made later inherit the mask.
    ///
    /// SIGPIPE is ignored: a peer that goes away is an error of its connection, not the end of the process.
    package static func onTermination(_ body: @escaping @Sendable (_ name: String) -> Void) {
        signal(SIGPIPE, SIG_IGN)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let waited = signals
        Thread(name: "signals") {
            var waited = waited
            var number: Int32 = 0
            sigwait(&waited, &number)
            body(number == SIGINT ? "SIGINT" : "SIGTERM")
            sigwait(&waited, &number)
            _exit(128 + number)
        }.detach()
    }
}
