#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A queue whose reader is a thread that may block: the inbox of a `ThreadPool` and of SQLite's writer.
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
        let conditionCode = pthread_cond_init(condition, nil)
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

    /// No more pushes; readers finish what is there and then get nothing.
    package func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
