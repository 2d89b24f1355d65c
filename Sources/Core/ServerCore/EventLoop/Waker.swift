import PlatformCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Which thread a loop has, and how others end its wait.
final class Waker: @unchecked Sendable {
    // Proof of Sendable: of the poller only `wake` is called here, which is safe from any thread.
    private let poller: any Poller
    private let thread = Atomic<UInt>(0)

    init(_ poller: any Poller) { self.poller = poller }

    /// Whether the caller is on the loop's thread.
    var isCurrent: Bool { thread.load(ordering: .relaxed) == Self.currentThread() }

    /// The caller's thread is the loop's from now on.
    func begin() { thread.store(Self.currentThread(), ordering: .relaxed) }

    /// The loop has no thread any more.
    func end() { thread.store(0, ordering: .relaxed) }

    /// Ends the loop's wait; the loop itself, which looks at its inbox before it waits again, needs no waking.
    func wake() {
        if !isCurrent { poller.wake() }
    }

    private static func currentThread() -> UInt {
        #if canImport(Darwin)
        UInt(bitPattern: pthread_self())
        #else
        UInt(pthread_self())
        #endif
    }
}
