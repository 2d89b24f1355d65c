import PlatformCore

/// The clients of one loop and the uids they are bound to: a pure structure that knows no socket.
///
/// `Member` is whatever stands for a client. Everything has a serial, drawn when it came about; lists come in its order,
/// and lists of several loops are merged by it. Cost: one dictionary look-up per operation; unbinding also moves the
/// later entries of that uid's list.
package struct ClientTable<Member> {
    private struct Entry {
        let member: Member
        let serial: UInt64
        var uid: String?
        var bindSerial: UInt64 = 0
    }

    /// A client in a list: its number, and the place it has among those of other loops.
    package struct Listed: Sendable, Equatable {
        package let serial: UInt64
        package let connection: UInt32
    }

    private struct Bound {
        let serial: UInt64
        let connection: UInt32
        let member: Member
    }

    private var entries: [UInt32: Entry] = [:]
    private var uids: [ByteKey: [Bound]] = [:]

    package init() {}

    /// How many clients there are.
    package var count: Int { entries.count }

    /// How many uids have at least one client.
    package var uidCount: Int { uids.count }

    /// The client with this number.
    package subscript(connection: UInt32) -> Member? { entries[connection]?.member }

    /// Adds a client whose number is not in use.
    package mutating func insert(_ member: Member, connection: UInt32, serial: UInt64) {
        let former = entries.updateValue(Entry(member: member, serial: serial), forKey: connection)
        precondition(former == nil, "a connection number is given to one client at a time")
    }

    /// Takes a client out of everything; nil if it is not there.
    package mutating func remove(_ connection: UInt32) -> Member? {
        guard let entry = entries.removeValue(forKey: connection) else { return nil }
        if let uid = entry.uid { leave(uid, serial: entry.bindSerial) }
        return entry.member
    }

    /// Ties a client to a uid, in place of the one it had; false if there is no such client.
    package mutating func bind(_ connection: UInt32, to uid: String, serial: UInt64) -> Bool {
        guard let entry = entries[connection] else { return false }
        if let former = entry.uid { leave(former, serial: entry.bindSerial) }
        entries[connection]!.uid = uid
        entries[connection]!.bindSerial = serial
        uids[ByteKey(uid), default: []].append(Bound(serial: serial, connection: connection, member: entry.member))
        return true
    }

    /// Ends a client's binding; false if it has none.
    package mutating func unbind(_ connection: UInt32) -> Bool {
        guard let entry = entries[connection], let uid = entry.uid else { return false }
        entries[connection]!.uid = nil
        leave(uid, serial: entry.bindSerial)
        return true
    }

    /// The uid a client is bound to.
    package func uid(of connection: UInt32) -> String? { entries[connection]?.uid }

    /// The serial of a client's binding, which tells a binding from the one before; nil without one.
    package func bindSerial(of connection: UInt32) -> UInt64? {
        entries[connection].flatMap { $0.uid == nil ? nil : $0.bindSerial }
    }

    /// Calls `body` with each client of a uid, in order of binding.
    package func visit(uid: String, _ body: (Member) -> Void) {
        guard let bound = uids[ByteKey(uid)] else { return }
        for client in bound { body(client.member) }
    }

    /// Calls `body` with each client, in no order.
    package func visitAll(_ body: (UInt32, Member) -> Void) {
        for (connection, entry) in entries { body(connection, entry.member) }
    }

    /// The clients of a uid, in order of binding.
    package func clients(ofUid uid: String) -> [Listed] {
        uids[ByteKey(uid), default: []].map { Listed(serial: $0.serial, connection: $0.connection) }
    }

    /// Every client with its uid, in no order.
    package func listAll() -> [(listed: Listed, uid: String?)] {
        entries.map { (Listed(serial: $1.serial, connection: $0), $1.uid) }
    }

    private mutating func leave(_ uid: String, serial: UInt64) {
        let key = ByteKey(uid)
        guard let index = uids[key]?.firstIndex(where: { $0.serial == serial }) else { return }
        if uids[key]!.count == 1 { uids[key] = nil } else { uids[key]!.remove(at: index) }
    }
}
