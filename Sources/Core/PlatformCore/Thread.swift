#if canImport(Glibc)
import CLinux
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A thread of the system, for work that blocks: event loops, SQLite, curl, files.
///
/// Every asynchronous signal is blocked in it, so that a host's signal handling stays where the host put it, and SIGPIPE
/// too, so that a peer that resets in mid-write ends in EPIPE even where the program has SIGPIPE's default action.
package struct Thread: Sendable {
    private let handle: Handle

    /// Starts a thread.
    ///
    /// `name` is cut to the 15 bytes the kernel keeps.
    package init(name: String, _ body: @escaping @Sendable () -> Void) {
        handle = Handle()
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var signals = sigset_t()
        var before = sigset_t()
        sigfillset(&signals)
        for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT] { sigdelset(&signals, fault) }
        pthread_sigmask(SIG_BLOCK, &signals, &before)  // the new thread inherits it
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let code = Self.create(handle, start.toOpaque())
        precondition(code == 0, "pthread_create failed with \(code): too many threads?")
    }

    /// Waits until the thread has ended.
    ///
    /// Call it once, from another thread, never from the cooperative pool.
    package func join() {
        pthread_join(handle.thread.withLock { $0! }, nil)
    }

    /// Lets the thread end by itself; it cannot be joined any more.
    package func detach() {
        pthread_detach(handle.thread.withLock { $0! })
    }

    private final class Handle: Sendable {
        let thread = Lock<pthread_t?>(nil)
    }

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private static func create(_ handle: Handle, _ start: UnsafeMutableRawPointer) -> Int32 {
        handle.thread.withLock { slot in
            #if canImport(Darwin)
            var thread: pthread_t?
            let code = pthread_create(&thread, nil, { Thread.main($0) }, start)
            #else
            var thread = pthread_t()
            let code = pthread_create(&thread, nil, { Thread.main($0) }, start)
            #endif
            slot = thread
            return code
        }
    }

    private static func main(_ start: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let start else { return nil }
        let job = Unmanaged<Start>.fromOpaque(start).takeRetainedValue()
        let name = String(decoding: job.name.utf8.prefix(15), as: UTF8.self)
        #if canImport(Darwin)
        pthread_setname_np(name)
        #else
        pthread_setname_np(pthread_self(), name)
        #endif
        job.body()
        return nil
    }
}
