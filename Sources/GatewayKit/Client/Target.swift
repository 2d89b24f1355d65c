/// Who is to receive a message.
///
/// A struct rather than an enum, so that further kinds can join without breaking a caller's switch.
public struct Target: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case clients([ClientID])
        case uids([String])
        case groups([String], excluding: [ClientID])
        case all(excluding: [ClientID])
    }

    package let kind: Kind

    /// One socket.
    public static func client(_ client: ClientID) -> Target { Target(kind: .clients([client])) }

    /// Several sockets; one that is listed twice receives twice.
    public static func clients(_ clients: [ClientID]) -> Target { Target(kind: .clients(clients)) }

    /// Every socket that is bound to a uid, on every gateway.
    public static func uid(_ uid: String) -> Target { Target(kind: .uids([uid])) }

    /// Every socket of several uids; a uid that is listed twice receives twice.
    public static func uids(_ uids: [String]) -> Target { Target(kind: .uids(uids)) }

    /// Every socket of a group, on every gateway, except the listed ones.
    public static func group(_ group: String, excluding clients: [ClientID] = []) -> Target {
        Target(kind: .groups([group], excluding: clients))
    }

    /// Every socket of several groups, except the listed ones.
    ///
    /// A socket in two of the groups receives twice, as do the sockets of a group that is listed twice.
    public static func groups(_ groups: [String], excluding clients: [ClientID] = []) -> Target {
        Target(kind: .groups(groups, excluding: clients))
    }

    /// Every socket of every gateway, bound or not.
    public static let all = Target(kind: .all(excluding: []))

    /// Every socket except the listed ones.
    public static func all(excluding clients: [ClientID]) -> Target { Target(kind: .all(excluding: clients)) }

    /// Throws `invalidArgument` for a uid or group that the inner protocol takes for none.
    package func check(_ attempt: String) throws(GatewayError) {
        switch kind {
        case .uids(let uids): for uid in uids { try GatewayError.check(uid: uid, attempt) }
        case .groups(let groups, _): for group in groups { try GatewayError.check(group: group, attempt) }
        case .clients, .all: break
        }
    }
}
