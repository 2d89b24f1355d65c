import Synchronization

/// How many bytes wait in memory, for each loop and summed over all: what a limit on all connections together looks at.
///
/// Changed only when bytes begin or cease to wait for a slow peer, never on the way of bytes that leave at once.
package final class ByteMeter: Sendable {
    private let sum = Atomic<Int>(0)
    /// The meter of which this one counts a part.
    private let whole: ByteMeter?

    /// A meter by itself, or for a part of another, which counts it too.
    package init(partOf whole: ByteMeter? = nil) { self.whole = whole }

    /// The bytes that wait now.
    package var value: Int { sum.load(ordering: .relaxed) }

    /// Counts bytes that begin to wait; fewer than none: that cease to.
    package func add(_ bytes: Int) {
        sum.wrappingAdd(bytes, ordering: .relaxed)
        whole?.add(bytes)
    }
}
