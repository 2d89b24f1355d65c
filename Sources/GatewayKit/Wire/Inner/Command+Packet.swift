/// What the packets of the inner protocol tell a gateway to do.
///
/// Reading is forgiving as the original is: what makes no sense is nil and changes nothing, and the connection stays.
extension Command {
    /// Reads a packet; nil for what is unknown, senseless or a question.
    package init?(_ packet: PacketView) {
        let client = packet.connectionID
        switch packet.command {
        case .sendToOne: self.init(sending: packet, to: .client(client))
        case .sendToAll: self.init(sending: packet, to: Self.everyone(packet.extra))
        case .sendToUid:
            guard let uids = InnerNames.list(packet.extra) else { return nil }
            self.init(sending: packet, to: uids.count == 1 ? .uid(uids[0]) : .uids(uids))
        case .sendToGroup:
            guard let groups = Self.groups(packet.extra) else { return nil }
            self.init(sending: packet, to: groups)
        case .kick:
            // Anything but null is a message, an empty one too.
            let isNull = !packet.flags.contains(.scalarBody) && packet.body.elementsEqual("N;".utf8)
            let last = isNull ? nil : Self.frame(packet, mayBeRaw: false)
            guard isNull || last != nil else { return nil }
            self = .kick(client, last: last)
        case .destroy: self = .destroy(client)
        case .bindUid: self = .bind(client, uid: InnerNames.name(packet.extra))
        case .unbindUid: self = .unbind(client)
        case .joinGroup: self = .join(client, group: InnerNames.name(packet.extra))
        case .leaveGroup: self = .leave(client, group: InnerNames.name(packet.extra))
        case .ungroup: self = .dissolve(group: InnerNames.name(packet.extra))
        case .setSession: self = .setSession(client, Array(packet.extra))
        case .updateSession: self = .mergeSession(client, Array(packet.extra))
        default: return nil
        }
    }

    private init?(sending packet: PacketView, to recipients: Recipients) {
        guard let frame = Self.frame(packet, mayBeRaw: true) else { return nil }
        self = .send(frame, to: recipients)
    }

    /// The frame of a packet's body: finished as it is, or a text message, whatever the bytes are.
    ///
    /// What is not a scalar is sent as JSON.
    private static func frame(_ packet: PacketView, mayBeRaw: Bool) -> EncodedFrame? {
        if packet.flags.contains(.scalarBody) {
            return mayBeRaw && packet.flags.contains(.raw)
                ? EncodedFrame(raw: packet.body) : EncodedFrame(text: packet.body)
        }
        guard let value = try? PHPValue(serialized: Array(packet.body)), let text = JSONWriter.write(value) else {
            return nil
        }
        return text.withUnsafeBytes { EncodedFrame(text: $0) }
    }

    /// Of `connections` the values are ids, of `exclude` the keys.
    private static func everyone(_ extra: UnsafeRawBufferPointer) -> Recipients {
        guard !extra.isEmpty, let condition = try? JSONReader.read(Array(extra)) else { return .all(excluding: []) }
        switch condition["connections"] {
        case nil, .null?: return .all(excluding: InnerNames.excluded(condition["exclude"]))
        case .array(let connections)?: return .clients(connections.values.compactMap(InnerNames.connection))
        default: return .clients([])
        }
    }

    private static func groups(_ extra: UnsafeRawBufferPointer) -> Recipients? {
        guard let condition = try? JSONReader.read(Array(extra)), case .array(let groups)? = condition["group"] else {
            return nil
        }
        return .groups(
            groups.values.compactMap(InnerNames.name),
            excluding: InnerNames.excluded(condition["exclude"])
        )
    }
}
