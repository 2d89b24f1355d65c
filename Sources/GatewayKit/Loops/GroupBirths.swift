import PlatformCore

/// When each group came about, for all loops of a gateway: it lives on while one of them has a client of it.
///
/// A group that ends on one loop and begins on another before the first has obeyed keeps its birth: loops obey in an order
/// of their own, and only the place in a list depends on it. Costs a lock for the first and last client that a group has
/// on a loop.
package final class GroupBirths: Sendable {
    private let groups = Lock<[ByteKey: (serial: UInt64, loops: Int)]>([:])

    package init() {}

    /// A loop has its first client of a group.
    func enter(_ group: ByteKey, serial: UInt64) {
        groups.withLock { groups in
            let known = groups[group]
            // Loops obey when they come to it: what was ordered first may come last.
            groups[group] = (min(known?.serial ?? serial, serial), (known?.loops ?? 0) + 1)
        }
    }

    /// A loop has lost its last client of a group.
    func leave(_ group: ByteKey) {
        groups.withLock { groups in
            guard let known = groups[group] else { return }
            groups[group] = known.loops > 1 ? (known.serial, known.loops - 1) : nil
        }
    }

    /// The serial of each group's birth; the others' as they are.
    func serials(of circles: [(key: ByteKey, serial: UInt64)]) -> [UInt64] {
        groups.withLock { groups in circles.map { min(groups[$0.key]?.serial ?? $0.serial, $0.serial) } }
    }
}
