import PlatformCore

/// When each group came about, for all loops of a gateway: it lives on while one of them has a client of it.
///
/// Costs a lock for the first and last client that a group has on a loop.
package final class GroupBirths: Sendable {
    private let groups = Lock<[ByteKey: (serial: UInt64, loops: Int)]>([:])

    package init() {}

    /// A loop has its first client of a group.
    ///
    /// - Returns: the serial of the group's birth.
    func enter(_ group: ByteKey, serial: UInt64) -> UInt64 {
        groups.withLock { groups in
            let known = groups[group]
            let birth = min(known?.serial ?? serial, serial)
            groups[group] = (birth, (known?.loops ?? 0) + 1)
            return birth
        }
    }

    /// A loop has lost its last client of a group.
    func leave(_ group: ByteKey) {
        groups.withLock { groups in
            guard let known = groups[group] else { return }
            groups[group] = known.loops > 1 ? (known.serial, known.loops - 1) : nil
        }
    }
}
