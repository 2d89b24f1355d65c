import PlatformCore

/// What can be asked, built upon the questions of the protocol; each throws as that.
///
/// Between gateways there is no order, and no one instant at which all answer. A list of all sockets costs its length.
extension GatewayClient {
    // MARK: Sockets

    /// Every socket, in order of connecting.
    public func clients() async throws(GatewayError) -> [ClientID] {
        try await select(.all([])).map(\.id)
    }

    /// The sockets of a group, in order of joining.
    public func clients(inGroup group: String) async throws(GatewayError) -> [ClientID] {
        try await select(ClientSelection([], groups: [group])).map(\.id)
    }

    /// How many sockets a group has.
    public func clientCount(inGroup group: String) async throws(GatewayError) -> Int {
        try await clientCounts(inGroups: [group])[0]
    }

    /// Every group with its sockets, in order of connecting; groups in the order of their first socket.
    public func clientsByGroup() async throws(GatewayError) -> [(group: String, clients: [ClientID])] {
        let groups = Self.byGroup(try await select(.all(.groups)))
        return groups.map { ($0.group, $0.members.map(\.id)) }
    }

    // MARK: Uids

    /// The uid a socket is bound to; nil if it is bound to none or gone.
    public func uid(of client: ClientID) async throws(GatewayError) -> String? {
        try await select(ClientSelection(.uid, clients: [client])).first?.uid
    }

    /// The sockets of a uid, in order of binding.
    public func clients(ofUid uid: String) async throws(GatewayError) -> [ClientID] {
        try await clients(ofUids: [uid])[0]
    }

    /// Whether a uid has a socket.
    public func isOnline(uid: String) async throws(GatewayError) -> Bool {
        try await !clients(ofUid: uid).isEmpty
    }

    /// Whether each of several uids has a socket, in the order of the question.
    public func isOnline(uids: [String]) async throws(GatewayError) -> [Bool] {
        try await clients(ofUids: uids).map { !$0.isEmpty }
    }

    /// Every uid that has a socket, each once, in the order of its first.
    public func uids() async throws(GatewayError) -> [String] {
        Self.uids(of: try await select(.all(.uid)))
    }

    /// The uids that have a socket in a group, each once, in the order of its first.
    public func uids(inGroup group: String) async throws(GatewayError) -> [String] {
        Self.uids(of: try await select(ClientSelection(.uid, groups: [group])))
    }

    /// How many uids have a socket; costs the list of all sockets.
    public func uidCount() async throws(GatewayError) -> Int { try await uids().count }

    /// How many uids have a socket in a group; costs the list of its sockets.
    public func uidCount(inGroup group: String) async throws(GatewayError) -> Int {
        try await uids(inGroup: group).count
    }

    /// Every group with the uids that have a socket in it, each once; groups in the order of their first socket.
    ///
    /// A group of sockets without a uid has an empty list.
    public func uidsByGroup() async throws(GatewayError) -> [(group: String, uids: [String])] {
        let groups = Self.byGroup(try await select(.all([.uid, .groups])))
        return groups.map { ($0.group, Self.uids(of: $0.members)) }
    }

    // MARK: Sessions

    /// The session of a socket, empty where it has none; nil if it has gone.
    public func session(of client: ClientID) async throws(GatewayError) -> ClientSession? {
        try await select(ClientSelection(.session, clients: [client])).first?.session
    }

    /// Every socket with its session, in order of connecting.
    public func sessions() async throws(GatewayError) -> [(client: ClientID, session: ClientSession)] {
        try await select(.all(.session)).map { ($0.id, $0.session) }
    }

    /// The sockets of a group with their sessions, in order of joining.
    public func sessions(
        inGroup group: String
    ) async throws(GatewayError) -> [(client: ClientID, session: ClientSession)] {
        try await select(ClientSelection(.session, groups: [group])).map { ($0.id, $0.session) }
    }

    // MARK: What they have in common

    private static func uids(of clients: [SelectedClient]) -> [String] {
        var seen: Set<ByteKey> = []
        return clients.compactMap(\.uid).filter { seen.insert(ByteKey($0)).inserted }
    }

    private static func byGroup(_ clients: [SelectedClient]) -> [(group: String, members: [SelectedClient])] {
        var places: [ByteKey: Int] = [:]
        var groups: [(group: String, members: [SelectedClient])] = []
        for client in clients {
            for group in client.groups {
                let place = places[ByteKey(group), default: groups.count]
                if place == groups.count {
                    places[ByteKey(group)] = place
                    groups.append((group, []))
                }
                groups[place].members.append(client)
            }
        }
        return groups
    }
}
