/// What a socket has in the tables of its loop; like all of `Client`, on that loop only.
extension Client {
    /// The uid the socket is bound to.
    public var uid: String? { shard.table.uid(of: id.connection) }

    /// Ties the socket to a uid; a binding it had before ends.
    ///
    /// An empty uid and `"0"` are passed over.
    public func bind(uid: String) {
        guard !uid.isEmpty, uid != "0" else { return }
        shard.bind(id.connection, to: uid, serial: shard.context.nextSerial())
    }

    /// Ends the binding of the socket, if it has one.
    public func unbind() {
        _ = shard.table.unbind(id.connection)
    }

    /// The groups that the socket is in, in order of joining.
    public var groups: [String] { shard.table.groups(of: id.connection) ?? [] }

    /// Puts the socket into a group, which comes about with its first; one that is in it stays where it is.
    ///
    /// An empty group and `"0"` are passed over.
    public func join(group: String) {
        guard !group.isEmpty, group != "0" else { return }
        shard.table.join(id.connection, group: group, serial: shard.context.nextSerial())
    }

    /// Takes the socket out of a group, which vanishes with its last.
    public func leave(group: String) {
        shard.table.leave(id.connection, group: group)
    }

    /// What the application keeps with the socket; it ends with it.
    public var session: ClientSession {
        get { ClientSession(bytes: shard.table.session(of: id.connection)) }
        set { shard.table.setSession(of: id.connection, to: newValue.bytes) }
    }

    /// Changes the session as PHP's `array_replace_recursive` does: see `GatewayOperation.mergeSession`.
    public func mergeSession(_ change: PHPArray) {
        shard.mergeSession(of: id.connection, with: PHPValue.array(change).serialized())
    }
}
