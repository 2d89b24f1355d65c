/// The groups of one client, in order of joining.
///
/// A client of a few groups has one small array. From `many` on its groups are also in a set, so that joining costs the same
/// however many there are; leaving costs a look along the array.
struct Memberships<Member> {
    typealias Membership = (circle: Circle<Member>, serial: UInt64)

    private static var many: Int { 16 }

    private(set) var list: [Membership] = []
    /// Of the groups in the list; nil while they are few.
    private var known: Set<ObjectIdentifier>?

    func contains(_ circle: Circle<Member>) -> Bool {
        known?.contains(ObjectIdentifier(circle)) ?? list.contains { $0.circle === circle }
    }

    /// Adds a group that is not there, at the end.
    mutating func append(_ circle: Circle<Member>, serial: UInt64) {
        guard list.count >= Self.many else {
            // Not by `append`, whose room for more would cost every client some memory.
            list = list + CollectionOfOne((circle: circle, serial: serial))
            return
        }
        if known == nil { known = Set(list.map { ObjectIdentifier($0.circle) }) }
        known?.insert(ObjectIdentifier(circle))
        list.append((circle, serial))
    }

    /// Takes a group out; nil if it is not there.
    mutating func remove(_ circle: Circle<Member>) -> Membership? {
        guard contains(circle), let index = list.firstIndex(where: { $0.circle === circle }) else { return nil }
        known?.remove(ObjectIdentifier(circle))
        return list.remove(at: index)
    }
}
