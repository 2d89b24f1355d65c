#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// SIGTERM and SIGINT as calls, on a thread that does nothing else.
package enum Signals {
    /// Keeps SIGTERM and SIGINT for `wait`.
    ///
    /// Call it first of all in `main`, while there is one thread: the threads made later inherit the mask. SIGPIPE is
    /// ignored: a peer that goes away is an error of its connection, not the end of the process.
    package static func block() {
        signal(SIGPIPE, SIG_IGN)
        var signals = terminations
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Waits for signals for ever: the first calls `body` with its number and name, a second one ends the process.
    package static func wait(_ body: (_ number: Int32, _ name: String) -> Void) -> Never {
        var signals = terminations
        var number: Int32 = 0
        sigwait(&signals, &number)
        body(number, number == SIGINT ? "SIGINT" : "SIGTERM")
        sigwait(&signals, &number)
        _exit(128 + number)
    }

    private static var terminations: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        return signals
    }
}
