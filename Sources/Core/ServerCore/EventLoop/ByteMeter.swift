import Synchronization

/// How many bytes wait in memory, summed over threads: what a limit on all connections together looks at.
///
/// Changed only when bytes begin or cease to wait for a slow peer, never on the way of bytes that leave at once.
package final class ByteMeter: Sendable {
    private let sum = Atomic<Int>(0)

    package init() {}

    /// The bytes that wait now.
    package var value: Int { sum.load(ordering: .relaxed) }

    /// Counts bytes that begin to wait; fewer than none: that cease to.
    package func add(_ bytes: Int) { sum.wrappingAdd(bytes, ordering: .relaxed) }
}
