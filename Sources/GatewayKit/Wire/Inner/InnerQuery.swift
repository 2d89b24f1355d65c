/// What a packet of the inner protocol asks a gateway to tell.
package enum InnerQuery: Sendable, Equatable {
    /// Whether a client is there.
    case isOnline(UInt32)
    /// The clients of one uid: a list.
    case clients(ofUid: String)
    /// The clients of several uids: a map, in the order of the question.
    case batchClients(ofUids: [String])
    /// The session of one client.
    case session(UInt32)
    /// The sessions of all clients, or of those of a group.
    case sessions(inGroup: String?)
    /// How many clients there are, or how many in a group.
    case count(inGroup: String?)
    /// How many clients several groups have: a map, in the order of the question.
    case batchCount(inGroups: [String])
    /// The names of the groups.
    case groups
    /// Clients by conditions, with some of their fields.
    case select(InnerSelection)

    /// Whether the answer is a number, whatever the gateway holds: others may be as long as all sessions together.
    var hasShortAnswer: Bool {
        switch self {
        case .isOnline, .count: true
        default: false
        }
    }

    /// Reads a packet; nil if it asks nothing.
    package init?(_ packet: PacketView) {
        switch packet.command {
        case .isOnline: self = .isOnline(packet.connectionID)
        case .getClientIDByUid: self = .clients(ofUid: InnerNames.name(packet.extra))
        // What is no list is answered like an empty one: the asker waits for exactly one answer.
        case .batchGetClientIDByUid: self = .batchClients(ofUids: InnerNames.list(packet.extra) ?? [])
        case .getSessionByClientID: self = .session(packet.connectionID)
        case .getAllClientSessions: self = .sessions(inGroup: nil)
        case .getClientSessionsByGroup: self = .sessions(inGroup: InnerNames.name(packet.extra))
        case .getClientCountByGroup:
            self = .count(inGroup: packet.extra.isEmpty ? nil : InnerNames.name(packet.extra))
        case .batchGetClientCountByGroup: self = .batchCount(inGroups: InnerNames.list(packet.extra) ?? [])
        case .getGroupIDList: self = .groups
        case .select: self = .select(InnerSelection(json: Array(packet.extra)))
        default: return nil
        }
    }
}
