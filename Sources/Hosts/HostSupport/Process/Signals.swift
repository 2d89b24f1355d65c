#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1 and SIGUSR2 as calls, on a thread that does nothing else.
package enum Signals {
    /// Keeps them for `wait`.
    ///
    /// Call it first of all in `main`, while there is one thread: the threads made later inherit the mask. SIGPIPE is
    /// ignored: a peer that goes away is an error of its connection, not the end of the process.
    package static func block() {
        signal(SIGPIPE, SIG_IGN)
        var signals = awaited
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Waits for signals for ever: the first calls `terminate` with its number and name, a second one ends the process.
    ///
    /// After SIGQUIT, which leaves what runs its time, the second one calls `terminate` too, and a third ends the process.
    ///
    /// - Parameters:
    ///   - hangUp: called for each SIGHUP, which is no reason to end then, and for SIGUSR1 and SIGUSR2, by which Workerman
    ///     reloads; nil: SIGHUP ends the process like the others, and those two do nothing.
    ///   - terminate: called once, or a second time after SIGQUIT.
    package static func wait(
        hangUp: (() -> Void)?,
        terminate: (_ number: Int32, _ name: String) -> Void
    ) -> Never {
        let first = next(hangUp)
        terminate(first, names[first] ?? "\(first)")
        if first == SIGQUIT {
            let second = next(hangUp)
            terminate(second, names[second] ?? "\(second)")
        }
        _exit(128 + next(hangUp))
    }

    private static let names = [SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGQUIT: "SIGQUIT", SIGHUP: "SIGHUP"]

    /// The next one that is to end the process.
    private static func next(_ hangUp: (() -> Void)?) -> Int32 {
        var signals = awaited
        var number: Int32 = 0
        while true {
            sigwait(&signals, &number)
            let isForReload = [SIGUSR1, SIGUSR2].contains(number)
            guard isForReload || number == SIGHUP && hangUp != nil else { return number }
            hangUp?()
        }
    }

    private static var awaited: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGQUIT)
        sigaddset(&signals, SIGHUP)
        sigaddset(&signals, SIGUSR1)
        sigaddset(&signals, SIGUSR2)
        return signals
    }
}
