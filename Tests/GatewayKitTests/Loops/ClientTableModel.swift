import GatewayKit

/// The clients of a loop as plain lists, searched from end to end: what `ClientTable` is checked against.
struct ClientTableModel {
    struct Entry {
        let connection: UInt32
        var binding: (uid: String, serial: UInt64)?
        var groups: [(name: String, serial: UInt64)]?
        var session: [UInt8] = []
    }

    private(set) var entries: [Entry] = []
    /// Group and the serial of its birth.
    private(set) var births: [(name: String, serial: UInt64)] = []
    /// What is heard of uids.
    private var heard: [String] = []

    mutating func insert(_ connection: UInt32) {
        entries.append(Entry(connection: connection))
    }

    mutating func remove(_ connection: UInt32) {
        let before = uids
        entries.removeAll { $0.connection == connection }
        hear(from: before)
        bury(serial: 0)
    }

    mutating func bind(_ connection: UInt32, to uid: String, serial: UInt64) {
        let before = uids
        change(connection) { $0.binding = (uid, serial) }
        hear(from: before)
    }

    mutating func unbind(_ connection: UInt32) {
        let before = uids
        change(connection) { $0.binding = nil }
        hear(from: before)
    }

    mutating func join(_ connection: UInt32, group: String, serial: UInt64) {
        change(connection) { entry in
            let isIn = entry.groups?.contains { Self.isSame($0.name, group) } ?? false
            if !isIn { entry.groups = (entry.groups ?? []) + [(group, serial)] }
        }
        bury(serial: serial)
        let hasJoined = serialOfJoin(connection, group) == serial
        for index in births.indices where hasJoined && Self.isSame(births[index].name, group) {
            births[index].serial = min(births[index].serial, serial)
        }
    }

    private func serialOfJoin(_ connection: UInt32, _ group: String) -> UInt64? {
        entries.first { $0.connection == connection }?.groups?.first { Self.isSame($0.name, group) }?.serial
    }

    mutating func leave(_ connection: UInt32, group: String) {
        change(connection) { $0.groups?.removeAll { Self.isSame($0.name, group) } }
        bury(serial: 0)
    }

    mutating func dissolve(group: String) {
        for index in entries.indices { entries[index].groups?.removeAll { Self.isSame($0.name, group) } }
        bury(serial: 0)
    }

    mutating func setSession(of connection: UInt32, to session: [UInt8]) {
        change(connection) { $0.session = session }
    }

    /// The numbers of the clients of a condition, in its order.
    func find(_ condition: ClientCondition) -> [UInt32] {
        switch condition {
        case .client(let connection): return entries.map(\.connection).filter { $0 == connection }
        case .uid(let uid):
            let bound = entries.compactMap { entry in
                entry.binding.flatMap { Self.isSame($0.uid, uid) ? (entry.connection, $0.serial) : nil }
            }
            return bound.sorted { $0.1 < $1.1 }.map(\.0)
        case .group(let group):
            let members = entries.flatMap { entry in
                (entry.groups ?? []).filter { Self.isSame($0.name, group) }.map { (entry.connection, $0.serial) }
            }
            return members.sorted { $0.1 < $1.1 }.map(\.0)
        }
    }

    /// What was heard of uids since this was asked last.
    mutating func takeHeard() -> [String] {
        defer { heard = [] }
        return heard
    }

    /// Every uid that is bound, once.
    var uids: [String] {
        entries.compactMap(\.binding?.uid).reduce(into: []) { uids, uid in
            if !uids.contains(where: { Self.isSame($0, uid) }) { uids.append(uid) }
        }
    }

    private mutating func change(_ connection: UInt32, _ body: (inout Entry) -> Void) {
        guard let index = entries.firstIndex(where: { $0.connection == connection }) else { return }
        body(&entries[index])
    }

    private mutating func hear(from before: [String]) {
        let after = uids
        let came = after.filter { uid in !before.contains { Self.isSame($0, uid) } }
        let left = before.filter { uid in !after.contains { Self.isSame($0, uid) } }
        heard += came.map { "+\($0)" } + left.map { "-\($0)" }
    }

    /// Forgets the groups without members, and notes the birth of new ones.
    private mutating func bury(serial: UInt64) {
        let names = entries.flatMap { ($0.groups ?? []).map(\.name) }
        births.removeAll { birth in !names.contains { Self.isSame($0, birth.name) } }
        for name in names where !births.contains(where: { Self.isSame($0.name, name) }) {
            births.append((name, serial))
        }
    }

    private static func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}
