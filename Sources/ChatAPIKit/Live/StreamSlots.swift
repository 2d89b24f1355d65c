import PlatformCore

/// Counts how many logs each user follows, so that one cannot take all of a process's connections.
final class StreamSlots: Sendable {
    private let limit: Int
    private let taken = Lock<[ByteKey: Int]>([:])

    init(limit: Int) {
        self.limit = limit
    }

    /// A place for one more stream of a user; nil if he has as many as he may.
    func take(for uid: String) -> Slot? {
        let isFree = taken.withLock { taken in
            guard taken[ByteKey(uid), default: 0] < limit else { return false }
            taken[ByteKey(uid), default: 0] += 1
            return true
        }
        return isFree ? Slot(uid, self) : nil
    }

    private func free(_ uid: String) {
        taken.withLock { taken in
            guard let count = taken[ByteKey(uid)] else { return }
            taken[ByteKey(uid)] = count > 1 ? count - 1 : nil
        }
    }

    /// One place, given back when the value goes: also that of a stream which nobody ever read.
    final class Slot: Sendable {
        private let uid: String
        private let slots: StreamSlots

        fileprivate init(_ uid: String, _ slots: StreamSlots) {
            self.uid = uid
            self.slots = slots
        }

        deinit { slots.free(uid) }
    }
}
