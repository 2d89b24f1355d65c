import PlatformCore

/// The clients of one loop, their uids, groups and sessions: a pure structure that knows no socket.
///
/// `Member` is whatever stands for a client. Everything has a serial, drawn when it came about; lists come in its order,
/// and lists of several loops are merged by it. A client costs about 60 bytes, and 150 more once it has a uid, a group or
/// a session. Joining, leaving and going cost what the client has itself, however many share its groups. A list that is
/// visited stays as it was, whatever the visitor does to the table.
package final class ClientTable<Member> {
    /// What only some clients have.
    final class Belongings {
        var uid: Circle<Member>?
        var bindSerial: UInt64 = 0
        /// Nil until the client joins its first group.
        var groups: Memberships<Member>?
        var session: [UInt8] = []
    }

    struct Entry {
        let serial: UInt64
        let connection: UInt32
        /// Nil where the client has gone.
        var member: Member?
        var belongings: Belongings?
    }

    /// Called with a uid, and whether it has clients, when it gets its first or loses its last; nil: nobody hears it.
    package var uidChanged: ((_ uid: String, _ isPresent: Bool) -> Void)?

    /// When the groups came about, where other loops have clients of them too; nil: what this table knows suffices.
    package var births: GroupBirths?

    /// In order of connecting, with the places of some that have gone.
    private(set) var entries: [Entry] = []
    private var places: [UInt32: UInt32] = [:]
    private(set) var uids: [ByteKey: Circle<Member>] = [:]
    var groups: [ByteKey: Circle<Member>] = [:]

    package init() {}

    /// How many clients there are.
    package var count: Int { places.count }

    /// How many uids have at least one client.
    package var uidCount: Int { uids.count }

    /// The client with this number.
    package subscript(connection: UInt32) -> Member? { places[connection].flatMap { entries[Int($0)].member } }

    /// Calls `body` with each client, in order of connecting.
    package func visitAll(_ body: (UInt32, Member) -> Void) {
        for entry in entries {
            if let member = entry.member { body(entry.connection, member) }
        }
    }

    /// Calls `body` with each client of a uid, in order of binding.
    package func visit(uid: String, _ body: (UInt32, Member) -> Void) {
        uids[ByteKey(uid)]?.roster.visit(body)
    }

    /// Calls `body` with each client of a group, in order of joining.
    package func visit(group: String, _ body: (UInt32, Member) -> Void) {
        groups[ByteKey(group)]?.roster.visit(body)
    }

    // MARK: Clients

    /// Adds a client whose number is not in use.
    package func insert(_ member: Member, connection: UInt32, serial: UInt64) {
        let former = places.updateValue(UInt32(entries.count), forKey: connection)
        precondition(former == nil, "a connection number is given to one client at a time")
        entries.append(Entry(serial: serial, connection: connection, member: member, belongings: nil))
    }

    /// Takes a client out of everything; nil if it is not there.
    package func remove(_ connection: UInt32) -> Member? {
        guard let place = places.removeValue(forKey: connection).map(Int.init) else { return nil }
        let entry = entries[place]
        entries[place].member = nil
        entries[place].belongings = nil
        if entries.count > 2 * places.count + 16 { closeRanks() }
        if let belongings = entry.belongings {
            for membership in belongings.groups?.list ?? [] { leave(membership.circle, serial: membership.serial) }
            unbind(belongings)
        }
        return entry.member
    }

    private func closeRanks() {
        entries = entries.filter { $0.member != nil }
        for (place, entry) in entries.enumerated() { places[entry.connection] = UInt32(place) }
    }

    // MARK: Uids

    /// Ties a client to a uid, in place of the one it had; false if there is no such client.
    package func bind(_ connection: UInt32, to uid: String, serial: UInt64) -> Bool {
        guard let (member, belongings) = claim(connection) else { return false }
        let key = ByteKey(uid)
        let known = uids[key]
        let circle = known ?? Circle(uid, serial: serial)
        if known == nil { uids[key] = circle }
        circle.insert(member, connection, serial: serial)
        let (former, formerSerial) = (belongings.uid, belongings.bindSerial)
        belongings.uid = circle
        belongings.bindSerial = serial
        if known == nil { uidChanged?(uid, true) }
        if let former { leave(uid: former, serial: formerSerial) }
        return true
    }

    /// Ends a client's binding; false if it has none.
    package func unbind(_ connection: UInt32) -> Bool {
        belongings(of: connection).map(unbind) ?? false
    }

    @discardableResult
    private func unbind(_ belongings: Belongings) -> Bool {
        guard let circle = belongings.uid.take() else { return false }
        leave(uid: circle, serial: belongings.bindSerial)
        return true
    }

    private func leave(uid circle: Circle<Member>, serial: UInt64) {
        circle.remove(serial: serial)
        guard circle.roster.isEmpty else { return }
        uids[ByteKey(circle.name)] = nil
        uidChanged?(circle.name, false)
    }

    /// The uid a client is bound to.
    package func uid(of connection: UInt32) -> String? { belongings(of: connection)?.uid?.name }

    /// The serial of a client's binding, which tells a binding from the one before; nil without one.
    package func bindSerial(of connection: UInt32) -> UInt64? {
        belongings(of: connection).flatMap { $0.uid == nil ? nil : $0.bindSerial }
    }

    // MARK: Belongings

    func belongings(of connection: UInt32) -> Belongings? {
        places[connection].flatMap { entries[Int($0)].belongings }
    }

    /// A client with what it has, made now if it had nothing; nil if there is no such client.
    func claim(_ connection: UInt32) -> (member: Member, belongings: Belongings)? {
        guard let place = places[connection].map(Int.init), let member = entries[place].member else { return nil }
        if let belongings = entries[place].belongings { return (member, belongings) }
        let belongings = Belongings()
        entries[place].belongings = belongings
        return (member, belongings)
    }
}
