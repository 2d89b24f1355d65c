import PlatformCore

/// What is told of one client of this gateway when it is asked for.
package struct ClientRow: Sendable, Equatable {
    /// Its number.
    package let connection: UInt32
    /// The uid it is bound to; nil without one, or if it was not asked for.
    package let uid: String?
    /// The groups it is in; nil if it has never joined one, or if they were not asked for.
    package let groups: [String]?
    /// Its session; empty without one, or if it was not asked for.
    package let session: [UInt8]

    package init(connection: UInt32, uid: String?, groups: [String]?, session: [UInt8]) {
        self.connection = connection
        self.uid = uid
        self.groups = groups
        self.session = session
    }
}

/// Which clients of this gateway are asked for.
package enum ClientCondition: Sendable, Hashable {
    case client(UInt32)
    /// The clients of a uid, in order of binding.
    case uid(String)
    /// The clients of a group, in order of joining.
    case group(String)
}

extension ClientTable {
    /// A row, and its place among those of other loops.
    package struct Found: Sendable {
        package let serial: UInt64
        package let row: ClientRow
    }

    /// The clients of a condition.
    package func find(_ condition: ClientCondition, _ fields: ClientSelection.Fields) -> [Found] {
        switch condition {
        case .client(let connection): self[connection] == nil ? [] : [found(connection, serial: 0, fields)]
        case .uid(let uid): list(uids[ByteKey(uid)], fields)
        case .group(let group): list(groups[ByteKey(group)], fields)
        }
    }

    /// Every client, in order of connecting.
    package func findAll(_ fields: ClientSelection.Fields) -> [Found] {
        entries.compactMap { $0.member == nil ? nil : found($0.connection, serial: $0.serial, $0.belongings, fields) }
    }

    /// Calls `body` with each client that has the uid and the group, as far as they are given, and with its place among
    /// those of other loops: in order of binding, of joining, or of connecting.
    package func visit(uid: String?, group: String?, _ body: (_ serial: UInt64, Member) -> Void) {
        guard uid != nil || group != nil else {
            for entry in entries {
                if let member = entry.member { body(entry.serial, member) }
            }
            return
        }
        let groupCircle = group.flatMap { groups[ByteKey($0)] }
        guard group == nil || groupCircle != nil else { return }
        let circle = uid.map { uids[ByteKey($0)] } ?? groupCircle
        for seat in circle?.roster.seats ?? [] {
            guard let member = seat.member else { continue }
            if uid != nil, let groupCircle, belongings(of: seat.connection)?.groups?.contains(groupCircle) != true {
                continue
            }
            body(seat.serial, member)
        }
    }

    private func list(_ circle: Circle<Member>?, _ fields: ClientSelection.Fields) -> [Found] {
        var found: [Found] = []
        found.reserveCapacity(circle?.roster.count ?? 0)
        for seat in circle?.roster.seats ?? [] where seat.member != nil {
            found.append(self.found(seat.connection, serial: seat.serial, fields))
        }
        return found
    }

    private func found(_ connection: UInt32, serial: UInt64, _ fields: ClientSelection.Fields) -> Found {
        found(connection, serial: serial, fields.isEmpty ? nil : belongings(of: connection), fields)
    }

    private func found(
        _ connection: UInt32,
        serial: UInt64,
        _ belongings: Belongings?,
        _ fields: ClientSelection.Fields
    ) -> Found {
        let row = ClientRow(
            connection: connection,
            uid: fields.contains(.uid) ? belongings?.uid?.name : nil,
            groups: fields.contains(.groups) ? belongings?.groups.map { $0.list.map(\.circle.name) } : nil,
            session: fields.contains(.session) ? belongings?.session ?? [] : []
        )
        return Found(serial: serial, row: row)
    }
}
