/// What a packet of the inner protocol asks a gateway to do: a packet, read.
///
/// Reading is forgiving as the original is: what makes no sense is nil and changes nothing, and the connection stays.
package enum InnerCommand: Sendable {
    /// Send a frame.
    case send(EncodedFrame, to: Recipients)
    /// Send a frame, if there is one, and close when it has gone out.
    case kick(UInt32, EncodedFrame?)
    /// Close at once; what waits is dropped.
    case destroy(UInt32)
    /// Tie a client to a uid.
    case bind(UInt32, uid: String)
    /// End a client's binding.
    case unbind(UInt32)
    /// Answer a question.
    case query(InnerQuery)

    /// Who receives a frame; the numbers are connection ids.
    package enum Recipients: Sendable, Equatable {
        /// These clients, each as often as it is named.
        case clients([UInt32])
        /// All clients of these uids, once for each time the uid is named.
        case uids([String])
        /// Everyone but these.
        case all(excluding: Set<UInt32>)
    }

    /// Reads a packet; nil for commands that are unknown, not served or senseless.
    package init?(_ packet: PacketView) {
        let client = packet.connectionID
        switch packet.command {
        case .sendToOne: self.init(sending: packet, to: .clients([client]))
        case .sendToAll: self.init(sending: packet, to: Self.recipients(packet.extra))
        case .sendToUid:
            guard let list = try? JSONReader.read(Array(packet.extra)), case .array(let uids) = list else { return nil }
            self.init(sending: packet, to: .uids(uids.values.compactMap(Self.uid)))
        case .kick:
            // Anything but null is a message, an empty one too.
            guard packet.flags.contains(.scalarBody) || !packet.body.elementsEqual("N;".utf8) else {
                self = .kick(client, nil)
                return
            }
            guard let frame = Self.frame(packet, mayBeRaw: false) else { return nil }
            self = .kick(client, frame)
        case .destroy: self = .destroy(client)
        case .bindUid:
            guard !packet.extra.isEmpty, !packet.extra.elementsEqual("0".utf8) else { return nil }
            self = .bind(client, uid: String(decoding: packet.extra, as: UTF8.self))
        case .unbindUid: self = .unbind(client)
        default:
            guard let query = InnerQuery(packet) else { return nil }
            self = .query(query)
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
    private static func recipients(_ extra: UnsafeRawBufferPointer) -> Recipients {
        guard !extra.isEmpty, let condition = try? JSONReader.read(Array(extra)) else { return .all(excluding: []) }
        if case .array(let connections)? = condition["connections"] {
            return .clients(connections.values.compactMap(connectionID))
        }
        guard case .array(let excluded)? = condition["exclude"] else { return .all(excluding: []) }
        return .all(excluding: Set(excluded.elements.compactMap { connectionID($0.key.value) }))
    }

    static func connectionID(_ value: PHPValue) -> UInt32? {
        switch value {
        case .int(let number): UInt32(exactly: number)
        case .string(let digits): UInt32(String(decoding: digits, as: UTF8.self))
        default: nil
        }
    }

    static func uid(_ value: PHPValue) -> String? {
        value.name.map { String(decoding: $0, as: UTF8.self) }
    }
}
