import PlatformCore

/// Groups and sessions.
extension ClientTable {
    /// Puts a client into a group; one that is in it stays where it is.
    package func join(_ connection: UInt32, group: String, serial: UInt64) {
        guard let (member, belongings) = claim(connection) else { return }
        let key = ByteKey(group)
        let known = groups[key]
        if let known, belongings.groups?.contains(known) ?? false { return }
        let circle = known ?? Circle(group, serial: serial)
        if known == nil {
            groups[key] = circle
            births?.enter(key, serial: serial)
        }
        circle.insert(member, connection, serial: serial)
        if belongings.groups == nil { belongings.groups = Memberships() }
        belongings.groups?.append(circle, serial: serial)
    }

    /// Takes a client out of a group, if it is in it.
    package func leave(_ connection: UInt32, group: String) {
        guard let belongings = belongings(of: connection), let circle = groups[ByteKey(group)],
            let membership = belongings.groups?.remove(circle)
        else { return }
        leave(circle, serial: membership.serial)
    }

    /// Takes every client out of a group.
    package func dissolve(group: String) {
        let key = ByteKey(group)
        guard let circle = groups.removeValue(forKey: key) else { return }
        births?.leave(key)
        circle.roster.visit { connection, _ in
            _ = belongings(of: connection)?.groups?.remove(circle)
        }
    }

    /// The groups of a client, in order of joining; nil if it has never joined one or is not there.
    package func groups(of connection: UInt32) -> [String]? {
        belongings(of: connection)?.groups.map { $0.list.map(\.circle.name) }
    }

    /// The first groups of a client, in order of joining, and how many there are.
    package func firstGroups(of connection: UInt32, atMost limit: Int) -> (names: [String], count: Int) {
        guard let list = belongings(of: connection)?.groups?.list else { return ([], 0) }
        return (list.prefix(limit).map(\.circle.name), list.count)
    }

    /// How many clients a group has.
    package func count(inGroup group: String) -> Int { groups[ByteKey(group)]?.roster.count ?? 0 }

    /// The groups, in no order, each with the serial of its birth.
    package func listGroups() -> [(serial: UInt64, name: String)] {
        guard let births else { return groups.values.map { ($0.serial, $0.name) } }
        let circles = groups.map { (key: $0.key, serial: $0.value.serial) }
        return zip(births.serials(of: circles), groups.values).map { ($0, $1.name) }
    }

    func leave(_ circle: Circle<Member>, serial: UInt64) {
        circle.remove(serial: serial)
        guard circle.roster.isEmpty else { return }
        let key = ByteKey(circle.name)
        groups[key] = nil
        births?.leave(key)
    }

    // MARK: Sessions

    /// The session of a client; empty without one.
    package func session(of connection: UInt32) -> [UInt8] { belongings(of: connection)?.session ?? [] }

    /// Replaces the session of a client, if it is there.
    package func setSession(of connection: UInt32, to session: [UInt8]) {
        if session.isEmpty, belongings(of: connection) == nil { return }
        claim(connection)?.belongings.session = session
    }

    /// Changes the session of a client as PHP's `array_replace_recursive` does.
    ///
    /// No session, or `0`, is replaced.
    ///
    /// - Throws: why nothing has changed: one of the two is no array, or not one that can be merged.
    package func mergeSession(of connection: UInt32, with change: [UInt8]) throws(PHPValue.Malformed) {
        let session = session(of: connection)
        if session.isEmpty || session == [UInt8(ascii: "0")] { return setSession(of: connection, to: change) }
        setSession(of: connection, to: try SerializedMerge.merge(session, with: change))
    }
}
