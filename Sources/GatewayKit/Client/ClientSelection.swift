/// Which sockets are asked for, and what of them: GatewayWorker's `select`.
///
/// ```swift
/// try await client.select(.init([.uid, .session], groups: ["room-7"]))
/// ```
public struct ClientSelection: Sendable, Hashable {
    /// What is told of a socket besides its name.
    public struct Fields: OptionSet, Sendable, Hashable {
        /// The fields as bits.
        public let rawValue: UInt8

        /// Fields by their bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The uid it is bound to.
        public static let uid = Fields(rawValue: 1)
        /// The groups it is in.
        public static let groups = Fields(rawValue: 2)
        /// Its session.
        public static let session = Fields(rawValue: 4)
    }

    package enum Scope: Sendable, Hashable {
        case all
        case any(clients: [ClientID], uids: [String], groups: [String])
    }

    /// What is told.
    public let fields: Fields
    package let scope: Scope

    private init(_ fields: Fields, _ scope: Scope) {
        self.fields = fields
        self.scope = scope
    }

    /// The sockets that fit any of the conditions, each once: nobody, where there is no condition.
    ///
    /// They come in the order of the first condition that they fit: the clients as listed, then those of each uid in
    /// order of binding, then those of each group in order of joining. Between gateways there is no order.
    ///
    /// - Parameters:
    ///   - fields: what is told of each.
    ///   - clients: these sockets, as far as they are open.
    ///   - uids: the sockets of these uids.
    ///   - groups: the sockets of these groups.
    public init(_ fields: Fields, clients: [ClientID] = [], uids: [String] = [], groups: [String] = []) {
        self.init(fields, .any(clients: clients, uids: uids, groups: groups))
    }

    /// Every socket, in order of connecting.
    public static func all(_ fields: Fields) -> ClientSelection { ClientSelection(fields, .all) }

    /// Throws `invalidArgument` for a uid or group that the inner protocol takes for none.
    package func check(_ attempt: String) throws(GatewayError) {
        guard case .any(_, let uids, let groups) = scope else { return }
        for uid in uids { try GatewayError.check(uid: uid, attempt) }
        for group in groups { try GatewayError.check(group: group, attempt) }
    }
}

/// A socket that was asked for, with the fields that were asked for.
public struct SelectedClient: Sendable, Hashable {
    /// Its name.
    public let id: ClientID
    /// The uid it is bound to; nil without one, or if it was not asked for.
    public let uid: String?
    /// The groups it is in, in order of joining; empty if they were not asked for.
    public let groups: [String]
    /// Its session; empty if it was not asked for.
    public let session: ClientSession

    /// A selected socket from its parts, for clients of one's own.
    public init(
        id: ClientID,
        uid: String? = nil,
        groups: [String] = [],
        session: ClientSession = ClientSession(bytes: [])
    ) {
        self.id = id
        self.uid = uid
        self.groups = groups
        self.session = session
    }
}
