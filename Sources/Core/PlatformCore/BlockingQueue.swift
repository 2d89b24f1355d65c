#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A queue whose reader is a thread that may block: the inbox of a `ThreadPool`, of a `TaskThread` and of SQLite's writer.
///
/// Readers take everything that waits at once, which is what makes group commit possible.
package final class BlockingQueue<Element: Sendable>: @unchecked Sendable {
    // Proof of Sendable: `elements` and `isClosed` are reached only while `mutex` is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var elements: [Element] = []
    private var isClosed = false

    package init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        let mutexCode = pthread_mutex_init(mutex, nil)
        let conditionCode = Self.make(condition)
        precondition(mutexCode == 0 && conditionCode == 0, "pthread mutex or condition could not be made")
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Adds an element and wakes one reader; false once the queue is closed.
    package func push(_ element: Element) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed else { return false }
        elements.append(element)
        pthread_cond_signal(condition)
        return true
    }

    /// Waits until something is there and takes at most `limit` elements, oldest first; empty when closed and drained.
    package func take(max limit: Int = .max) -> [Element] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while elements.isEmpty, !isClosed { pthread_cond_wait(condition, mutex) }
        guard elements.count > limit else {
            defer { elements = [] }
            return elements
        }
        defer { elements.removeFirst(limit) }
        return Array(elements.prefix(limit))
    }

    /// Waits until something is there or a moment has come, and takes all there is; nil when closed and drained.
    package func take(until deadline: ContinuousClock.Instant?) -> [Element]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while elements.isEmpty, !isClosed {
            guard let deadline else {
                pthread_cond_wait(condition, mutex)
                continue
            }
            let rest = deadline - .now
            guard rest > .zero else { return [] }
            wait(for: min(rest, .seconds(3600)))
        }
        if elements.isEmpty { return nil }
        defer { elements = [] }
        return elements
    }

    /// No more pushes; readers finish what is there and then get nothing.
    package func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    // Waits are measured by a clock that nobody sets: where that is not the condition's, it is made so.

    #if canImport(Darwin)
    private static func make(_ condition: UnsafeMutablePointer<pthread_cond_t>) -> Int32 {
        pthread_cond_init(condition, nil)
    }

    private func wait(for rest: Duration) {
        var time = Self.time(rest)
        pthread_cond_timedwait_relative_np(condition, mutex, &time)
    }
    #else
    private static func make(_ condition: UnsafeMutablePointer<pthread_cond_t>) -> Int32 {
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        defer { pthread_condattr_destroy(&attributes) }
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        return pthread_cond_init(condition, &attributes)
    }

    private func wait(for rest: Duration) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let sum = Duration.seconds(now.tv_sec) + .nanoseconds(now.tv_nsec) + rest
        var time = Self.time(sum)
        pthread_cond_timedwait(condition, mutex, &time)
    }
    #endif

    private static func time(_ duration: Duration) -> timespec {
        let (seconds, attoseconds) = duration.components
        return .init(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    }
}
